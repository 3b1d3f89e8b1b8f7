'use client'

import { PageHeader } from '#components/ui/page-header.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'
import { useSession } from '#hooks/use-session.ts'
import { useProviderSummary } from '#hooks/use-vaults.ts'
import { Revenue } from './revenue.client.tsx'

/** The provider's page: what can be withdrawn now. */
export function RevenueView() {
  const { session } = useSession()
  return (
    <>
      <PageHeader title="Revenue" />
      {session ? <Summary address={session.address} /> : <SignInPrompt what="what your vaults earned" />}
    </>
  )
}

function Summary({ address }: { address: string }) {
  const { data, error, refresh } = useProviderSummary()
  if (!data && error) return <StaleNotice error={error} onRetry={refresh} isEmpty />
  if (!data) return <Loading what="your revenue" className="h-80" />
  if (!data.registered && data.vaults.length === 0) {
    return (
      <Notice title="This account is not a registered provider.">
        Revenue belongs to providers that FlareFlow registered. Connect the provider’s account to see it.
      </Notice>
    )
  }
  return (
    <>
      {error ? <StaleNotice error={error} onRetry={refresh} /> : null}
      <Revenue summary={data} address={address} onChanged={refresh} />
    </>
  )
}
