'use client'

import { lazy, Suspense, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { Status } from '#components/ui/status.tsx'
import { Time } from '#components/ui/time.client.tsx'
import type { KeyProvider } from '#lib/byok/providers.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { useAttempt } from '#hooks/use-attempt.ts'
import type { KeyTest, ProviderKey, ProviderKeys } from '#hooks/use-provider-keys.ts'
import { testInWords } from './byok-words.ts'

const KeyForm = lazy(() => import('./key-form.client.tsx'))

interface ProviderRowProps {
  provider: KeyProvider
  stored: ProviderKey | null
  keys: ProviderKeys
  onDelete: () => void
}

/** One provider: its key as far as it may be seen, and what can be done with it. */
export function ProviderRow({ provider, stored, keys, onDelete }: ProviderRowProps) {
  const { busy, fault, attempt } = useAttempt()
  const announce = useAnnounce()
  const [editing, setEditing] = useState(false)
  const [result, setResult] = useState<KeyTest | null>(null)
  const test = (): Promise<boolean> =>
    attempt(async () => {
      setResult(null)
      const ended = await keys.test(provider.id)
      setResult(ended)
      announce(testInWords(ended, provider).title)
    })
  const toggle = (enabled: boolean): Promise<boolean> =>
    attempt(async () => {
      await keys.enable(provider.id, enabled)
      announce(enabled ? `The key for ${provider.name} is used.` : `The key for ${provider.name} is off.`)
    })
  const named = <span className="sr-only"> the key for {provider.name}</span>
  return (
    <div className="py-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h2 id={`provider-${provider.id}`} tabIndex={-1} className="font-medium outline-none">
            {provider.name}
          </h2>
          <KeyState stored={stored} />
        </div>
        <div className="flex flex-wrap items-center gap-2">
          {stored ? (
            <>
              <Button kind="quiet" aria-disabled={busy} onClick={() => void test()}>
                Test{named}
              </Button>
              <Button kind="quiet" aria-disabled={busy} onClick={() => void toggle(!stored.enabled)}>
                {stored.enabled ? 'Turn off' : 'Turn on'}
                {named}
              </Button>
              <Button kind="quiet" onClick={onDelete}>
                Delete{named}
              </Button>
            </>
          ) : null}
          <Button aria-expanded={editing} onClick={() => setEditing(!editing)}>
            {stored ? 'Replace' : 'Add'}
            {named}
          </Button>
        </div>
      </div>
      {editing ? (
        <Suspense fallback={null}>
          <KeyForm
            provider={provider}
            baseUrl={stored?.base_url ?? null}
            onStore={async (draft) => {
              await keys.store(draft)
              setResult(null)
              setEditing(false)
              announce(`The key for ${provider.name} is stored.`)
              document.getElementById(`provider-${provider.id}`)?.focus()
            }}
            onCancel={() => setEditing(false)}
          />
        </Suspense>
      ) : null}
      {result ? (
        <div className="mt-3">
          <Notice {...testInWords(result, provider)} />
        </div>
      ) : null}
      {fault ? <p className="mt-2 text-sm text-bad">{fault.message}</p> : null}
    </div>
  )
}

function KeyState({ stored }: { stored: ProviderKey | null }) {
  if (!stored) return <p className="text-sm text-text-2">No key: requests use your credits.</p>
  return (
    <p className="flex flex-wrap items-center gap-2 text-sm text-text-2">
      {stored.enabled ? <Status tone="ok">Used</Status> : <Status tone="paused">Off</Status>}
      <span className="font-mono">{stored.masked}</span>
      <span>
        stored <Time at={stored.updated_at} />
      </span>
      {stored.base_url ? <span className="wrap-anywhere">at {stored.base_url}</span> : null}
    </p>
  )
}
