'use client'

import { OutcomeNotice } from '#components/transactions/outcome-notice.tsx'
import { TransactionSteps } from '#components/transactions/transaction-steps.client.tsx'
import { Button } from '#components/ui/button.tsx'
import { Address } from '#components/ui/identifier.client.tsx'
import { Notice } from '#components/ui/notice.tsx'
import type { ApprovalAct } from '#hooks/approval-flow.ts'
import type { Proposal, VaultApprovals } from '#hooks/api-types.ts'
import { useApprove } from '#hooks/use-approve.ts'
import { ProposalList } from './proposal-list.tsx'
import { policyWords } from './proposal-words.ts'

const DONE: Record<ApprovalAct['kind'], string> = {
  seat: 'You have your seat. You can approve now.',
  approve: 'Your approval is on chain.',
  request: 'The request is on chain.',
}

interface VaultSeatProps {
  seat: VaultApprovals
  /** The approver. */
  address: string
  onChanged: () => void
}

/** One vault for which the account approves: who agrees, what waits. */
export default function VaultSeat({ seat, address, onChanged }: VaultSeatProps) {
  const { vault, approvals, seated } = seat
  const name = vault.serviceName.trim() || `Vault ${vault.id}`
  const { perform, running, status, end } = useApprove({ vaultId: vault.id, name, address }, onChanged)
  const busy = running !== null

  const actions = (proposal: Proposal) => {
    if (proposal.approvedBy.includes(address)) return <p className="text-xs text-text-2">You approved this.</p>
    if (!seated) return null
    return (
      <Button
        kind="primary"
        aria-disabled={busy}
        onClick={() => void perform({ kind: 'approve', proposalId: proposal.id })}
      >
        Approve
      </Button>
    )
  }
  return (
    <section aria-labelledby={`seat-${vault.id}`} data-vault={vault.id} className="space-y-3 border-t border-line pt-6">
      <header>
        <h2 id={`seat-${vault.id}`} className="text-lg font-semibold wrap-anywhere">
          {name}
        </h2>
        <p className="mt-1 flex flex-wrap items-center gap-x-4 text-sm text-text-2">
          <span>
            Owner <Address value={vault.owner} />
          </span>
          <span>
            Provider <Address value={vault.provider} />
          </span>
        </p>
        {approvals ? <p className="mt-1 text-sm text-text-2">{policyWords(approvals)}</p> : null}
      </header>
      {seated ? null : (
        <Notice
          tone="warn"
          title="Take your seat before your first approval."
          actions={
            <Button kind="primary" aria-disabled={busy} onClick={() => void perform({ kind: 'seat' })}>
              Take the seat
            </Button>
          }
        >
          One transaction, once for this vault: your account then holds the right to approve. It can’t move FLOW.
        </Notice>
      )}
      {approvals ? <ProposalList approvals={approvals} actions={actions} /> : null}
      {busy && status ? <TransactionSteps status={status} /> : null}
      {end && !busy ? (
        <OutcomeNotice
          outcome={end.outcome}
          done={DONE[end.kind]}
          notDone="Nothing was approved."
          unknown="It is not known whether this went through."
        />
      ) : null}
    </section>
  )
}
