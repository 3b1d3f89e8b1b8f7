'use client'

import Link from 'next/link'
import { ApproverLink } from '#components/approvals/approver-link.client.tsx'
import { buttonClass } from '#components/ui/button.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { FlowAmount, InUsd } from '#components/ui/amount.client.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'
import { flow } from '#lib/money/units.ts'
import type { VaultView } from '#hooks/api-types.ts'
import { useAppConfig } from '#hooks/app-config.ts'
import { useSession } from '#hooks/use-session.ts'
import { useVaults } from '#hooks/use-vaults.ts'
import { figuresOf } from './vault-figures.ts'
import { VaultTile } from './vault-tile.tsx'

/** The customer's first page: how much is left, and where. */
export function SubscriptionsView() {
  const { session } = useSession()
  const create = (
    <Link className={buttonClass('primary')} href="/subscriptions/new">
      Create New
    </Link>
  )
  return (
    <>
      <PageHeader title="Subscriptions" actions={session ? create : null} />
      {session ? <ApproverLink address={session.address} /> : null}
      {session ? <Vaults /> : <SignInPrompt what="your subscriptions" />}
    </>
  )
}

function Vaults() {
  const config = useAppConfig()
  const { data, error, refresh } = useVaults()
  if (!data && error) {
    return <StaleNotice error={error} onRetry={refresh} isEmpty />
  }
  if (!data) return <Loading what="your subscriptions" className="h-96" />
  return (
    <>
      {error ? <StaleNotice error={error} onRetry={refresh} /> : null}
      {data.vaults.length === 0 ? <FirstRun /> : <Totals vaults={data.vaults} />}
      <div className="grid gap-4 lg:grid-cols-2">
        {data.vaults.map((view) => (
          <VaultTile key={view.vault.id} view={view} config={config} />
        ))}
      </div>
    </>
  )
}

function FirstRun() {
  return (
    <Notice
      title="No subscription yet."
      actions={
        <>
          <Link className={buttonClass('primary')} href="/subscriptions/new">
            Create a subscription
          </Link>
          <Link className={buttonClass()} href="/credits">
            Try with credits instead
          </Link>
        </>
      }
    >
      A subscription is a vault with your FLOW and one API key. You pay only for tokens used and can take the rest back.
    </Notice>
  )
}

function Totals({ vaults }: { vaults: readonly VaultView[] }) {
  const left = flow(vaults.reduce((sum, { vault }) => sum + figuresOf(vault).left, 0n))
  return (
    <p className="mb-4 text-sm text-text-2">
      <span className="font-semibold text-text">
        <FlowAmount amount={left} kind="left" /> left
      </span>{' '}
      <InUsd amount={left} kind="left" /> in {vaults.length} {vaults.length === 1 ? 'subscription' : 'subscriptions'}
    </p>
  )
}
