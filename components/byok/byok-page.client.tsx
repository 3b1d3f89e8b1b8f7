'use client'

import { lazy, Suspense, useState } from 'react'
import { flushSync } from 'react-dom'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { Trail } from '#components/ui/trail.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'
import { KEY_PROVIDERS, type KeyProvider } from '#lib/byok/providers.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { useProviderKeys } from '#hooks/use-provider-keys.ts'
import { useSession } from '#hooks/use-session.ts'
import { ProviderRow } from './provider-row.client.tsx'

const DeleteKey = lazy(() => import('./delete-key.client.tsx'))

/** Keys that the customer has at model providers: their requests don't use credits. */
export function ByokPage() {
  const { session } = useSession()
  return (
    <>
      <PageHeader
        title="Own keys"
        trail={<Trail steps={[{ text: 'Credits', href: '/credits' }, { text: 'Own keys' }]} />}
      />
      <p className="mb-6 max-w-3xl text-text-2">
        With your own key, a provider’s models go straight to that provider and you pay them. Keys are stored sealed and
        never shown again. Without one, requests use your credits.
      </p>
      {session ? <Providers /> : <SignInPrompt what="your own keys" />}
    </>
  )
}

function Providers() {
  const keys = useProviderKeys()
  const { data, error, refresh } = keys
  const announce = useAnnounce()
  const [leaving, setLeaving] = useState<KeyProvider | null>(null)
  if (!data && error) return <StaleNotice error={error} onRetry={refresh} isEmpty />
  if (!data) return <Loading what="your own keys" className="h-96" />
  const remove = async ({ id, name }: KeyProvider): Promise<void> => {
    await keys.remove(id)
    // Nothing behind an open dialog takes the focus.
    flushSync(() => setLeaving(null))
    announce(`The key for ${name} is deleted.`)
    document.getElementById(`provider-${id}`)?.focus()
  }
  return (
    <>
      {error ? <StaleNotice error={error} onRetry={refresh} /> : null}
      {data.data.length === 0 ? <Notice title="No own key yet.">Add one below; test it right after.</Notice> : null}
      <ul className="mt-2 divide-y divide-line">
        {KEY_PROVIDERS.map((provider) => (
          <li key={provider.id} data-provider={provider.id}>
            <ProviderRow
              provider={provider}
              stored={data.data.find((each) => each.provider === provider.id) ?? null}
              keys={keys}
              onDelete={() => setLeaving(provider)}
            />
          </li>
        ))}
      </ul>
      {leaving ? (
        <Suspense fallback={null}>
          <DeleteKey provider={leaving} onDelete={() => remove(leaving)} onClose={() => setLeaving(null)} />
        </Suspense>
      ) : null}
    </>
  )
}
