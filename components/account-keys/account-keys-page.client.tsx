'use client'

import Link from 'next/link'
import { lazy, Suspense, useState } from 'react'
import { flushSync } from 'react-dom'
import { buttonClass } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { Trail } from '#components/ui/trail.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'
import type { GatewayKey } from '#hooks/credit-types.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { type KeyDraft, useGatewayKeys } from '#hooks/use-gateway-keys.ts'
import { useSession } from '#hooks/use-session.ts'
import { KeyRow } from './key-row.client.tsx'

const RevokeKey = lazy(() => import('./revoke-key.client.tsx'))
const NEW = '/credits/keys/new'

/** The API keys that spend the account's credits. */
export function AccountKeysPage() {
  const { session } = useSession()
  const create = (
    <Link className={buttonClass('primary')} href={NEW}>
      New key
    </Link>
  )
  return (
    <>
      <PageHeader
        title="API keys"
        trail={<Trail steps={[{ text: 'Credits', href: '/credits' }, { text: 'API keys' }]} />}
        actions={session ? create : null}
      />
      {session ? <Keys /> : <SignInPrompt what="your API keys" />}
    </>
  )
}

function Keys() {
  const { data, error, refresh, change, revoke } = useGatewayKeys()
  const announce = useAnnounce()
  const [leaving, setLeaving] = useState<GatewayKey | null>(null)
  if (!data && error) return <StaleNotice error={error} onRetry={refresh} isEmpty />
  if (!data) return <Loading what="your API keys" className="h-64" />
  const remove = async (key: GatewayKey): Promise<void> => {
    await revoke(key.id)
    // Nothing behind an open dialog takes the focus.
    flushSync(() => setLeaving(null))
    announce(`The key ${key.name} is revoked.`)
    // What had the focus is gone with its row.
    document.querySelector<HTMLElement>('main h1')?.focus()
  }
  const save = async (key: GatewayKey, draft: Partial<KeyDraft>): Promise<void> => {
    await change(key.id, draft)
    announce(`The key ${draft.name ?? key.name} is changed.`)
  }
  return (
    <>
      {error ? <StaleNotice error={error} onRetry={refresh} /> : null}
      {data.data.length === 0 ? <NoKeys /> : null}
      <ul className="divide-y divide-line">
        {data.data.map((key) => (
          <li key={key.id} data-key={key.name}>
            <KeyRow gatewayKey={key} onSave={(draft) => save(key, draft)} onRevoke={() => setLeaving(key)} />
          </li>
        ))}
      </ul>
      {leaving ? (
        <Suspense fallback={null}>
          <RevokeKey gatewayKey={leaving} onRevoke={() => remove(leaving)} onClose={() => setLeaving(null)} />
        </Suspense>
      ) : null}
    </>
  )
}

function NoKeys() {
  return (
    <Notice
      title="No API key yet."
      actions={
        <Link className={buttonClass('primary')} href={NEW}>
          Make a key
        </Link>
      }
    >
      A key lets your programs spend this account’s credits. Any OpenAI package works with it.
    </Notice>
  )
}
