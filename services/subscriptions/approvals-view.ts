import type { ScriptResult } from '#lib/flow/script-results.ts'
import { formatFlow } from '#lib/money/decimal.ts'
import type { Flow } from '#lib/money/units.ts'
import type { VaultApprovalsView } from './schemas.ts'

type Approvals = NonNullable<ScriptResult<'get_approvals'>>
type View = NonNullable<VaultApprovalsView['approvals']>

const amountOf = (amount: Flow | null): string | null => (amount === null ? null : formatFlow(amount))

/** Approvals on the wire; a proposal that has lapsed is gone. */
export function toApprovalsView(approvals: Approvals, now: Date): View {
  const { approvers, required, pendingThreshold } = approvals
  return {
    approvers,
    required,
    threshold: amountOf(approvals.threshold),
    pendingThreshold: pendingThreshold && {
      limit: amountOf(pendingThreshold.limit),
      actsAt: pendingThreshold.actsAt.toISOString(),
    },
    paidInPeriod: formatFlow(approvals.paidInPeriod),
    proposals: approvals.proposals
      .filter(({ expiresAt }) => expiresAt > now)
      .map(({ id, act, expiresAt, approvedBy }) => ({
        id: id.toString(),
        kind: act.kind,
        amount: amountOf(act.amount),
        to: act.to,
        policy: act.policy && { ...act.policy, threshold: amountOf(act.policy.threshold) },
        expiresAt: expiresAt.toISOString(),
        // Only those who are approvers now count.
        approvedBy: approvedBy.filter((approver) => approvers.includes(approver)),
      })),
  }
}
