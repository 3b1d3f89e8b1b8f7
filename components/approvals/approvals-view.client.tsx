'use client'

import { lazy, Suspense } from 'react'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'
import { useSession } from '#hooks/use-session.ts'
import { useApproverVaults } from '#hooks/use-vaults.ts'

const VaultSeat = lazy(() => import('./vault-seat.client.tsx'))

/** The vaults for which the signed-in account approves, and what waits for it. */
export function ApprovalsView() {
  const { session } = useSession()
  return (
    <>
      <PageHeader title="Approvals" />
      {session ? <Seats address={session.address} /> : <SignInPrompt what="what waits for your approval" />}
    </>
  )
}

function Seats({ address }: { address: string }) {
  const { data, error, refresh } = useApproverVaults()
  if (!data && error) return <StaleNotice error={error} onRetry={refresh} isEmpty />
  if (!data) return <Loading what="the approvals" className="h-80" />
  if (data.vaults.length === 0) {
    return (
      <Notice title="No vault names this account as an approver.">
        The owner of a vault names approvers in the subscription’s settings. Connect the account that was named.
      </Notice>
    )
  }
  return (
    <Suspense fallback={<Loading what="the approvals" className="h-80" />}>
      {error ? <StaleNotice error={error} onRetry={refresh} /> : null}
      <div className="space-y-8">
        {data.vaults.map((seat) => (
          <VaultSeat key={seat.vault.id} seat={seat} address={address} onChanged={refresh} />
        ))}
      </div>
    </Suspense>
  )
}
