'use client'

import { OutcomeNotice } from '#components/transactions/outcome-notice.tsx'
import { TransactionSteps } from '#components/transactions/transaction-steps.client.tsx'
import { Button } from '#components/ui/button.tsx'
import { vaultName } from '#components/subscriptions/vault-figures.ts'
import { showFlowExact } from '#lib/format/money.ts'
import { formatFlow, parseFlow } from '#lib/money/decimal.ts'
import { flow } from '#lib/money/units.ts'
import type { VaultReport } from '#hooks/api-types.ts'
import { useApprove } from '#hooks/use-approve.ts'
import { missingOf } from './accrual-figures.ts'

interface MissingApprovalsProps {
  vaults: readonly VaultReport[]
  /** The provider. */
  address: string
  onChanged: () => void
}

/** What accrued and can't be taken yet, vault by vault: why, and how to get it. */
export default function MissingApprovals({ vaults, address, onChanged }: MissingApprovalsProps) {
  return (
    <ul className="divide-y divide-line rounded-md border border-line bg-surface">
      {vaults.map((vault) => (
        <MissingApproval key={vault.id} vault={vault} address={address} onChanged={onChanged} />
      ))}
    </ul>
  )
}

interface MissingApprovalProps {
  vault: VaultReport
  address: string
  onChanged: () => void
}

function MissingApproval({ vault, address, onChanged }: MissingApprovalProps) {
  const name = vaultName(vault)
  const { perform, running, status, end } = useApprove({ vaultId: vault.id, name, address }, onChanged)
  const missing = missingOf(vault)
  return (
    <li className="space-y-3 p-4 text-sm" data-missing={vault.id}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-0 wrap-anywhere">
          <span className="font-medium">{name}</span>: {showFlowExact(missing)} of{' '}
          {showFlowExact(flow(parseFlow(vault.accrued)))} is above the threshold that its owner set. It needs{' '}
          {vault.approvalsRequired} of {vault.approvers.length} approvers.
        </p>
        <Button
          aria-disabled={running !== null}
          onClick={() => void perform({ kind: 'request', amount: formatFlow(missing) })}
        >
          Request payment
        </Button>
      </div>
      {running && status ? <TransactionSteps status={status} /> : null}
      {end && !running ? (
        <OutcomeNotice
          outcome={end.outcome}
          done="The request is on chain. When enough approvers agreed you can withdraw it."
          notDone="Nothing was requested."
          unknown="It is not known whether the request went through."
        />
      ) : null}
    </li>
  )
}
