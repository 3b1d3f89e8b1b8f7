import { OutcomeNotice } from '#components/transactions/outcome-notice.tsx'
import { showFlowExact } from '#lib/format/money.ts'
import type { WithdrawalOutcome } from '#hooks/withdraw-accrued.ts'

/** How a withdrawal ended. */
export function WithdrawalNotice({ outcome }: { outcome: WithdrawalOutcome }) {
  const done = outcome.kind === 'withdrawn' ? `${showFlowExact(outcome.amount)} is in your account.` : ''
  return (
    <OutcomeNotice
      outcome={outcome.kind === 'withdrawn' ? { kind: 'final', txId: outcome.txId, events: [] } : outcome}
      done={done}
      notDone="Nothing was withdrawn."
      unknown="It is not known whether FLOW was withdrawn."
    />
  )
}
