import { Button } from '#components/ui/button.tsx'
import { Moment } from '#components/ui/moment.client.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { showFlowExact } from '#lib/format/money.ts'
import { parseFlow } from '#lib/money/decimal.ts'
import type { Flow, Usd } from '#lib/money/units.ts'
import { useNow } from '#hooks/use-now.ts'
import { comesBack, isDue, lapsingCredit, type PendingReturn } from './withdraw-rules.ts'

interface PendingReturnNoticeProps {
  pending: PendingReturn
  left: Flow
  credit: Usd
  /** What a vault that stays open keeps. */
  minimumDeposit: Flow
  approvalsRequired: number
  busy: boolean
  onCancel: () => void
  onTake: () => void
  /** Null: FLOW can't become credits here. */
  onCredits: (() => void) | null
}

/** FLOW that was asked back: how much, from when it may be taken, and the ways on. */
export function PendingReturnNotice(props: PendingReturnNoticeProps) {
  const { pending, left, credit, minimumDeposit, approvalsRequired, busy } = props
  const due = isDue(pending, useNow())
  const back = comesBack(pending, left, minimumDeposit)
  const takeable = due && back !== null
  return (
    <Notice
      title={
        pending.amount === null
          ? 'You asked to close this subscription and take all FLOW back.'
          : `You asked for ${showFlowExact(parseFlow(pending.amount))} back.`
      }
      actions={
        <>
          {takeable ? (
            <Button kind="primary" aria-disabled={busy} onClick={props.onTake}>
              Take FLOW back
            </Button>
          ) : null}
          {takeable && props.onCredits ? (
            <Button aria-disabled={busy} onClick={props.onCredits}>
              Turn into credits
            </Button>
          ) : null}
          <Button aria-disabled={busy} onClick={props.onCancel}>
            Cancel request
          </Button>
        </>
      }
    >
      {back === null ? (
        <p>
          It would leave less than {showFlowExact(minimumDeposit)}, which an open vault keeps. Cancel the request, then
          ask for less or close the subscription.
        </p>
      ) : due ? (
        <p>
          {showFlowExact(back)} can be taken now. What is settled before you do is paid first.
          {pending.amount === null ? ' Taking it closes the vault for good.' : null}
        </p>
      ) : (
        <p>
          It can be taken from <Moment at={pending.actsAt} /> on.{' '}
          {pending.amount === null
            ? 'The key is blocked meanwhile; what it used is paid first.'
            : 'The key works as long as the rest covers its use; what it uses is paid first.'}
        </p>
      )}
      {pending.amount === null && credit > 0n ? <p>{lapsingCredit(credit)}</p> : null}
      {approvalsRequired > 0 ? (
        <p>
          {approvalsRequired} {approvalsRequired === 1 ? 'approver' : 'approvers'} must agree before.
        </p>
      ) : null}
    </Notice>
  )
}
