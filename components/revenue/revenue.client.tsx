'use client'

import { lazy, Suspense, useMemo, useState } from 'react'
import { TransactionSteps } from '#components/transactions/transaction-steps.client.tsx'
import { STATE_WORDS } from '#components/transactions/words.ts'
import { FlowAmount, InUsd } from '#components/ui/amount.client.tsx'
import { Button } from '#components/ui/button.tsx'
import { Figure, Figures } from '#components/ui/figure.tsx'
import { Section } from '#components/ui/page-header.tsx'
import { parseFlow } from '#lib/money/decimal.ts'
import { showFlow } from '#lib/format/money.ts'
import type { ProviderSummary, VaultView } from '#hooks/api-types.ts'
import { useFlowBalance } from '#hooks/use-flow-balance.ts'
import { useWithdrawal } from '#hooks/use-withdrawal.ts'
import { missingOf, withdrawableOf } from './accrual-figures.ts'
import { AccrualTable } from './accrual-table.tsx'
import { WithdrawalNotice } from './withdrawal-notice.tsx'

interface RevenueProps {
  summary: ProviderSummary
  address: string
  onChanged: () => void
}

const MissingApprovals = lazy(() => import('./missing-approvals.client.tsx'))

/** One number and one button; then where the money stands, vault by vault. */
export function Revenue({ summary, address, onChanged }: RevenueProps) {
  const { balance, refresh } = useFlowBalance(address)
  const { withdraw, outcome, status, busy } = useWithdrawal()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const open = useMemo(() => summary.vaults.filter(({ vault }) => parseFlow(vault.withdrawable) > 0n), [summary.vaults])
  const selected = open.filter(({ vault }) => chosen.has(vault.id))
  const total = withdrawableOf(open)
  const waiting = summary.vaults.map(({ vault }) => vault).filter((vault) => missingOf(vault) > 0n)
  const accrued = parseFlow(summary.totals.accrued)

  const take = async (views: readonly VaultView[]): Promise<void> => {
    await withdraw({
      provider: address,
      vaultIds: views.map(({ vault }) => BigInt(vault.id)),
      amount: showFlow(withdrawableOf(views)),
    })
    setChosen(new Set())
    onChanged()
    refresh()
  }
  return (
    <>
      <div className="flex flex-wrap items-end justify-between gap-6">
        <Figures>
          <Figure
            id="withdrawable"
            label="You can withdraw now"
            value={<FlowAmount amount={total} kind="left" />}
            note={<InUsd amount={total} kind="left" />}
          />
          {waiting.length > 0 ? (
            <Figure
              id="accrued"
              label="Accrued"
              value={<FlowAmount amount={accrued} kind="left" />}
              note="the rest waits for approvals"
            />
          ) : null}
          <Figure
            id="account"
            label="In your account"
            value={balance === undefined ? '–' : <FlowAmount amount={balance} kind="left" />}
            note={balance === undefined ? 'Asking Flow' : <InUsd amount={balance} kind="left" />}
          />
          <Figure
            label="Withdrawn before"
            value={<FlowAmount amount={parseFlow(summary.totals.paid)} kind="left" />}
            note={`from ${summary.vaults.length} ${summary.vaults.length === 1 ? 'vault' : 'vaults'}`}
          />
        </Figures>
        <Button
          kind="primary"
          className="min-w-[24ch]"
          aria-disabled={busy || open.length === 0}
          onClick={() => take(open)}
        >
          {busy && status ? STATE_WORDS[status.state] : 'Withdraw all'}
        </Button>
      </div>
      <div className="mt-4 space-y-4">
        {busy && status ? <TransactionSteps status={status} /> : null}
        {outcome && !busy ? <WithdrawalNotice outcome={outcome} /> : null}
      </div>
      {waiting.length > 0 ? (
        <Section title="Waits for approvals" note="accrued, above the owners’ thresholds">
          <Suspense fallback={null}>
            <MissingApprovals vaults={waiting} address={address} onChanged={onChanged} />
          </Suspense>
        </Section>
      ) : null}
      <Section title="Accrued by vault" note="FLOW that readings entitled you to">
        {summary.vaults.length > 0 ? (
          <AccrualTable views={summary.vaults} chosen={chosen} onChoose={setChosen} />
        ) : (
          <p className="text-text-2">No vault names this account as its provider yet.</p>
        )}
        {selected.length > 0 ? (
          <SelectionBar selected={selected} busy={busy} onWithdraw={() => take(selected)} />
        ) : null}
      </Section>
    </>
  )
}

interface SelectionBarProps {
  selected: readonly VaultView[]
  busy: boolean
  onWithdraw: () => void
}

/** What is chosen, in sight above the phone's bar. */
function SelectionBar({ selected, busy, onWithdraw }: SelectionBarProps) {
  return (
    <div className="sticky bottom-16 mt-4 rounded-md border border-line bg-surface px-4 py-3 md:bottom-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p>
          {selected.length} selected, <FlowAmount amount={withdrawableOf(selected)} kind="left" />, one transaction
        </p>
        <Button aria-disabled={busy} onClick={onWithdraw}>
          Withdraw selected
        </Button>
      </div>
    </div>
  )
}
