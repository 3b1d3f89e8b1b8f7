'use client'

import { type FormEvent, lazy, Suspense, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { Trail } from '#components/ui/trail.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'
import { newRequestKey } from '#hooks/new-request-key.ts'
import { useAttempt } from '#hooks/use-attempt.ts'
import { createGatewayKey } from '#hooks/use-gateway-keys.ts'
import { useSession } from '#hooks/use-session.ts'
import { draftOf, type KeyText, nameFault } from './key-draft.ts'
import { KeyFields } from './key-fields.tsx'

const NewKeyShown = lazy(() => import('./new-key-shown.client.tsx'))

const STEPS = [{ text: 'Credits', href: '/credits' }, { text: 'API keys', href: '/credits/keys' }, { text: 'New key' }]
const trail = <Trail steps={STEPS} />

/** Makes a key, then shows it once. */
export function NewKeyPage() {
  const { session } = useSession()
  const [made, setMade] = useState<{ name: string; secret: string } | null>(null)
  if (made) {
    return (
      <Suspense fallback={<Loading what="the key" className="h-96" />}>
        <NewKeyShown trail={trail} {...made} />
      </Suspense>
    )
  }
  return (
    <>
      <PageHeader title="New key" trail={trail} />
      {session ? (
        <NewKeyForm onMade={(name, secret) => setMade({ name, secret })} />
      ) : (
        <SignInPrompt what="your API keys" />
      )}
    </>
  )
}

function NewKeyForm({ onMade }: { onMade: (name: string, secret: string) => void }) {
  const { busy, fault, attempt } = useAttempt()
  const [text, setText] = useState<KeyText>({ name: '', power: 'request', models: '' })
  const [name, setName] = useState<string | undefined>()
  // However often this form is sent, it makes one key.
  const [requestKey] = useState(newRequestKey)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const found = nameFault(text.name)
    setName(found)
    if (found) return document.getElementById('new-name')?.focus()
    await attempt(async () => {
      const draft = draftOf(text)
      onMade(draft.name, await createGatewayKey(draft, requestKey))
    })
  }
  return (
    <form onSubmit={submit} noValidate aria-label="New key" className="max-w-xl space-y-4">
      <KeyFields prefix="new" text={text} nameFault={name} onChange={setText} />
      <Button type="submit" kind="primary" aria-disabled={busy} className="min-w-[16ch]">
        {busy ? 'Making the key' : 'Make key'}
      </Button>
      {fault ? (
        <Notice tone="bad" title={fault.isUnknown ? 'It is not known whether a key was made.' : 'No key was made.'}>
          {fault.message}
        </Notice>
      ) : null}
    </form>
  )
}
