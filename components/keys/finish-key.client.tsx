'use client'

import Link from 'next/link'
import { lazy, Suspense, useState } from 'react'
import { isGone, MissingVault } from '#components/subscriptions/missing-vault.tsx'
import { Trail } from '#components/subscriptions/trail.tsx'
import { vaultName } from '#components/subscriptions/vault-figures.ts'
import { Button, buttonClass } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'
import type { VaultView } from '#hooks/api-types.ts'
import { acknowledgeKey, requestKey } from '#hooks/request-key.ts'
import { useAttempt } from '#hooks/use-attempt.ts'
import { useSession } from '#hooks/use-session.ts'
import { useVault } from '#hooks/use-vaults.ts'

const KeyStep = lazy(() => import('./key-step.client.tsx'))

/** Finishes a subscription whose page was closed before its key was made, or before it was saved. */
export function FinishKey({ vaultId }: { vaultId: string }) {
  const { session } = useSession()
  const { data, error, refresh } = useVault(vaultId)
  const [secret, setSecret] = useState<string | null>(null)
  if (!session || (!data && error && !isGone(error))) {
    return (
      <>
        <PageHeader title="Key" trail={<Trail />} />
        {session && error ? <StaleNotice error={error} onRetry={refresh} isEmpty /> : null}
        {session ? null : <SignInPrompt what="this subscription" />}
      </>
    )
  }
  if (isGone(error)) return <MissingVault onRetry={refresh} />
  if (!data) return <Loading what="the subscription" className="h-48" />
  if (secret) {
    return (
      <Suspense fallback={<Loading what="the key" className="h-96" />}>
        <KeyStep vaultId={vaultId} name={vaultName(data.vault)} secret={secret} />
      </Suspense>
    )
  }
  return <Offer view={data} onSecret={setSecret} onChanged={refresh} />
}

interface OfferProps {
  view: VaultView
  onSecret: (secret: string) => void
  onChanged: () => void
}

function Offer({ view, onSecret, onChanged }: OfferProps) {
  const { key, vault } = view
  const { busy, fault, attempt } = useAttempt()
  const isForeign = key.blocks.some(({ reason }) => reason === 'transferred')
  const exists = (key.state === 'active' || key.state === 'blocked') && !isForeign
  const isSaved = key.acknowledged && !isForeign

  const ask = (): Promise<boolean> =>
    attempt(async () => {
      const made = await requestKey(vault.id, exists)
      if (made.secret) onSecret(made.secret)
      else onChanged()
    })
  const confirm = (): Promise<boolean> =>
    attempt(async () => {
      await acknowledgeKey(vault.id, key.masked ?? '')
      onChanged()
    })
  return (
    <>
      <PageHeader title={`Key of ${vaultName(vault)}`} trail={<Trail name={vaultName(vault)} />} />
      <div className="max-w-xl space-y-4">
        {isSaved ? <Saved vaultId={vault.id} masked={key.masked} /> : null}
        {exists && !isSaved ? (
          <Notice title="A key was made, but nobody confirmed having it.">
            It can’t be shown again. You can make another; then <span className="font-mono">{key.masked}</span> stops
            working.
          </Notice>
        ) : null}
        {exists ? null : (
          <Notice
            title={
              isForeign
                ? 'The vault is yours; your key is not made yet.'
                : 'The vault is open; its key is not made yet.'
            }
          >
            {isForeign ? 'The former owner’s key stays blocked. ' : 'Your deposit is safe in the vault. '}
            One key is made for it, and shown once.
          </Notice>
        )}
        {isSaved ? null : (
          <div className="flex flex-wrap gap-2">
            <Button kind="primary" onClick={ask} aria-disabled={busy} className="min-w-[20ch]">
              {exists ? 'Make a new key' : 'Get the key'}
            </Button>
            {exists ? (
              <Button onClick={confirm} aria-disabled={busy}>
                I have this key
              </Button>
            ) : null}
          </div>
        )}
        {fault ? (
          <Notice tone="bad" title={fault.isUnknown ? 'Look before you repeat it.' : 'Nothing was changed.'}>
            {fault.message}
          </Notice>
        ) : null}
      </div>
    </>
  )
}

function Saved({ vaultId, masked }: { vaultId: string; masked: string | null }) {
  return (
    <Notice
      title="You confirmed having this key."
      actions={
        <Link className={buttonClass()} href={`/subscriptions/${vaultId}`}>
          Open the subscription
        </Link>
      }
    >
      <span className="font-mono">{masked}</span> can’t be shown again.
    </Notice>
  )
}
