import type { ReactNode } from 'react'
import { Address } from '#components/ui/identifier.client.tsx'
import { Moment } from '#components/ui/moment.client.tsx'
import { Status } from '#components/ui/status.tsx'
import type { Approvals, Proposal } from '#hooks/api-types.ts'
import { proposalWords } from './proposal-words.ts'

interface ProposalListProps {
  approvals: Approvals
  /** What may be done about a proposal. */
  actions?: (proposal: Proposal) => ReactNode
}

/** What waits for approvals: what it would do, who agreed, until when. */
export function ProposalList({ approvals, actions }: ProposalListProps) {
  const { proposals, required } = approvals
  if (proposals.length === 0) return <p className="text-sm text-text-2">Nothing waits for approval.</p>
  return (
    <ul className="divide-y divide-line rounded-md border border-line bg-surface">
      {proposals.map((proposal) => {
        const missing = Math.max(0, required - proposal.approvedBy.length)
        return (
          <li key={proposal.id} data-proposal={proposal.kind} className="space-y-2 p-4 text-sm">
            <div className="flex flex-wrap items-baseline justify-between gap-2">
              <p className="min-w-0 font-medium wrap-anywhere">{proposalWords(proposal)}</p>
              <Status tone={missing === 0 ? 'ok' : 'neutral'}>
                {missing === 0 ? 'Approved' : `${proposal.approvedBy.length} of ${required}`}
              </Status>
            </div>
            {proposal.kind === 'transfer' && proposal.to ? (
              <p className="text-text-2">
                New owner <Address value={proposal.to} />
              </p>
            ) : null}
            <p className="flex flex-wrap items-center gap-x-2 text-xs text-text-2">
              {proposal.approvedBy.length > 0 ? 'Approved by' : 'Nobody approved yet.'}
              {proposal.approvedBy.map((approver) => (
                <Address key={approver} value={approver} />
              ))}
              <span>
                Lapses <Moment at={proposal.expiresAt} />
              </span>
            </p>
            {actions ? <div className="flex flex-wrap gap-2 empty:hidden">{actions(proposal)}</div> : null}
          </li>
        )
      })}
    </ul>
  )
}
