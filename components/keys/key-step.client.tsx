'use client'

import useSWR from 'swr'
import { Trail } from '#components/subscriptions/trail.tsx'
import { getJson } from '#hooks/api.ts'
import { pickModel } from './key-snippets.ts'
import { ReplacedNotice, useSavedKey } from './saved-key.client.tsx'
import { ShownKey } from './shown-key.client.tsx'

interface KeyStepProps {
  vaultId: string
  name: string
  secret: string
}

/** The one time that a subscription's key is shown. */
export default function KeyStep({ vaultId, name, secret }: KeyStepProps) {
  const { state, save } = useSavedKey(vaultId, secret)
  const { data } = useSWR<{ models: string[] }>('/api/models', getJson, { revalidateOnFocus: false })
  return (
    <ShownKey
      trail={<Trail name={name} />}
      name={name}
      secret={secret}
      model={pickModel(data?.models ?? [])}
      saved={state !== 'shown'}
      onSaved={save}
      notice={state === 'replaced' ? <ReplacedNotice vaultId={vaultId} /> : null}
      next={{ href: `/subscriptions/${vaultId}`, label: 'Open the subscription' }}
    />
  )
}
