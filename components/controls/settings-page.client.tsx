'use client'

import { lazy, Suspense } from 'react'
import { isGone, MissingVault } from '#components/subscriptions/missing-vault.tsx'
import { Trail } from '#components/subscriptions/trail.tsx'
import { vaultName } from '#components/subscriptions/vault-figures.ts'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'
import { useSession } from '#hooks/use-session.ts'
import { useVault } from '#hooks/use-vaults.ts'

const Settings = lazy(() => import('./settings.client.tsx'))

/** The settings of one subscription, for its owner. */
export function SettingsPage({ vaultId }: { vaultId: string }) {
  const { session } = useSession()
  const { data, error, refresh } = useVault(vaultId)
  const isOwner = data !== undefined && session?.address === data.vault.owner
  // Whoever gave it away on this page is told so by the page itself.
  if (session && isGone(error) && !isOwner) return <MissingVault onRetry={refresh} />
  const name = data ? vaultName(data.vault) : undefined
  return (
    <>
      <PageHeader
        title={name ? `Settings of ${name}` : 'Settings'}
        trail={<Trail {...(name ? { name, vaultId } : {})} page="Settings" />}
      />
      {session ? null : <SignInPrompt what="the settings of this subscription" />}
      {session && !data && error ? <StaleNotice error={error} onRetry={refresh} isEmpty /> : null}
      {session && !data && !error ? <Loading what="the settings" className="h-96" /> : null}
      {session && data && !isOwner ? (
        <Notice title="Only the subscription’s owner changes its settings.">
          Connect the account that opened it, or that it was given to.
        </Notice>
      ) : null}
      {isOwner ? (
        <Suspense fallback={<Loading what="the settings" className="h-96" />}>
          <Settings view={data} isGone={isGone(error)} onChanged={refresh} />
        </Suspense>
      ) : null}
    </>
  )
}
