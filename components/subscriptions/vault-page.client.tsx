'use client'

import Link from 'next/link'
import { lazy, Suspense, useState } from 'react'
import { LazyLimits } from '#components/limits/lazy-limits.client.tsx'
import { KeyFacts } from '#components/keys/key-facts.tsx'
import { Button, buttonClass } from '#components/ui/button.tsx'
import { PageHeader, Section } from '#components/ui/page-header.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { Status } from '#components/ui/status.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'
import { periodLabel } from '#lib/period/period.ts'
import type { VaultView } from '#hooks/api-types.ts'
import type { ApiError } from '#hooks/api.ts'
import { useAppConfig } from '#hooks/app-config.ts'
import { useSession } from '#hooks/use-session.ts'
import { useVault } from '#hooks/use-vaults.ts'
import { isGone, MissingVault } from './missing-vault.tsx'
import { ModelTable } from './model-table.tsx'
import { OwnerNotices } from './owner-notices.tsx'
import { RequestTable } from './recent-requests.tsx'
import { SettlementLine } from './settlement-line.tsx'
import { Trail } from './trail.tsx'
import { vaultName, vaultStatus } from './vault-figures.ts'
import { VaultStrip } from './vault-strip.tsx'
import { mayRequest } from './withdraw-rules.ts'

const Withdrawal = lazy(() => import('./withdrawal.client.tsx'))
const DepositForm = lazy(() => import('./deposit-form.client.tsx'))

/** One subscription: how much is left, what it costs, what was asked, what was settled. */
export function VaultPage({ vaultId }: { vaultId: string }) {
  const { session } = useSession()
  const { data, error, refresh } = useVault(vaultId)
  if (!session) return <Signed what="this subscription" />
  if (isGone(error)) return <MissingVault onRetry={refresh} />
  if (!data && error) return <Failed error={error} onRetry={refresh} />
  if (!data) return <Loading what="the subscription" className="h-96" />
  return (
    <>
      {error ? <StaleNotice error={error} onRetry={refresh} /> : null}
      <Vault view={data} isOwner={session.address === data.vault.owner} onChanged={refresh} />
    </>
  )
}

function Signed({ what }: { what: string }) {
  return (
    <>
      <PageHeader title="Subscription" trail={<Trail />} />
      <SignInPrompt what={what} />
    </>
  )
}

function Failed(props: { error: ApiError; onRetry: () => void }) {
  return (
    <>
      <PageHeader title="Subscription" trail={<Trail />} />
      <StaleNotice {...props} isEmpty />
    </>
  )
}

interface VaultProps {
  view: VaultView
  isOwner: boolean
  onChanged: () => void
}

function Vault({ view, isOwner, onChanged }: VaultProps) {
  const config = useAppConfig()
  const [depositing, setDepositing] = useState(false)
  const [withdrawing, setWithdrawing] = useState(false)
  // Stays once asked for: it also tells how the transaction ended.
  const [asked, setAsked] = useState(false)
  const withdraw = (): void => {
    setAsked(true)
    setWithdrawing(true)
  }
  const { vault, usage, settlement } = view
  const { tone, word } = vaultStatus(vault)
  const name = vaultName(vault)
  return (
    <>
      <title>{`${name} · FlareFlow`}</title>
      <PageHeader
        title={name}
        trail={<Trail name={name} />}
        status={<Status tone={tone}>{word}</Status>}
        actions={
          isOwner ? (
            <>
              {vault.status !== 'closed' ? (
                <Button kind="primary" aria-expanded={depositing} onClick={() => setDepositing(!depositing)}>
                  Deposit FLOW
                </Button>
              ) : null}
              {mayRequest(vault) && view.claimed ? <Button onClick={withdraw}>Withdraw FLOW</Button> : null}
              <Link className={buttonClass()} href={`/subscriptions/${vault.id}/settings`}>
                Settings
              </Link>
            </>
          ) : null
        }
      />
      {isOwner ? <OwnerNotices view={view} onChanged={onChanged} /> : null}
      <VaultStrip view={view} settleIntervalMs={config.settleIntervalMs} />
      {depositing ? (
        <Suspense fallback={null}>
          <DepositForm vault={vault} onDone={() => setDepositing(false)} />
        </Suspense>
      ) : null}
      {isOwner && (asked || vault.pendingReturn) ? (
        <Suspense fallback={null}>
          <Withdrawal vault={vault} asking={withdrawing} onAsk={setWithdrawing} onChanged={onChanged} />
        </Suspense>
      ) : null}
      <Section title="Cost by model" note={`${periodLabel(usage.period)}, UTC · ${usage.tier} tier so far`}>
        {usage.models.length > 0 ? (
          <ModelTable usage={usage} />
        ) : (
          <p className="text-text-2">No requests this period.</p>
        )}
      </Section>
      <Section title="Requests" note="live, the last 20">
        {usage.recent.length > 0 ? <RequestTable usage={usage} /> : <p className="text-text-2">No requests yet.</p>}
      </Section>
      {isOwner ? <LazyLimits account={`vault:${vault.id}`} /> : null}
      <Section title="Settlement" note={`every ${Math.ceil(config.settleIntervalMs / 1000)} s`}>
        <SettlementLine settlement={settlement} network={config.network} />
      </Section>
      <Section title="Key and parties">
        <KeyFacts view={view} isOwner={isOwner} />
      </Section>
    </>
  )
}
