'use client'

import Link from 'next/link'
import { lazy, Suspense } from 'react'
import { LazyLimits } from '#components/limits/lazy-limits.client.tsx'
import { buttonClass } from '#components/ui/button.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'
import type { TierTerms } from '#hooks/credit-types.ts'
import { useCredits } from '#hooks/use-credits.ts'
import { useSession } from '#hooks/use-session.ts'
import { AccountNotices, CreditStrip } from './credit-strip.client.tsx'
import { History } from './history.client.tsx'

const AddCredits = lazy(() => import('./add-credits.client.tsx'))
const CreditSettings = lazy(() => import('./credit-settings.client.tsx'))

/** How much is usable, how to get more, and where it went. */
export function CreditsPage({ tiers }: { tiers: readonly TierTerms[] }) {
  const { session } = useSession()
  const ways = (
    <>
      <Link className={buttonClass()} href="/credits/keys">
        API keys
      </Link>
      <Link className={buttonClass()} href="/playground">
        Playground
      </Link>
    </>
  )
  return (
    <>
      <PageHeader title="Credits" actions={session ? ways : null} />
      {session ? <Account tiers={tiers} /> : <SignInPrompt what="your credits" />}
    </>
  )
}

function Account({ tiers }: { tiers: readonly TierTerms[] }) {
  const { data, error, refresh, change } = useCredits()
  if (!data && error) return <StaleNotice error={error} onRetry={refresh} isEmpty />
  if (!data) return <Loading what="your credits" className="h-96" />
  return (
    <>
      {error ? <StaleNotice error={error} onRetry={refresh} /> : null}
      <AccountNotices credits={data} />
      <CreditStrip credits={data} />
      <Suspense fallback={<Loading what="the ways to pay" className="mt-8 h-40" />}>
        <AddCredits credits={data} onPaid={refresh} />
      </Suspense>
      <History />
      <LazyLimits account={`credits:${data.account_id}`} />
      <Suspense fallback={<Loading what="the settings" className="mt-8 h-96" />}>
        <CreditSettings credits={data} tiers={tiers} onChange={change} />
      </Suspense>
    </>
  )
}
