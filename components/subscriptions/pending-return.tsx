import { Button } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { showFlowExact } from '#lib/format/money.ts'
import { showInstant } from '#lib/format/time.ts'
import { parseFlow } from '#lib/money/decimal.ts'
import type { Flow } from '#lib/money/units.ts'
import { useNow } from '#hooks/use-now.ts'
import { comesBack, isDue, type PendingReturn } from './withdraw-rules.ts'

interface PendingReturnNoticeProps {
  pending: PendingReturn
  left: Flow
  approvalsRequired: number
  busy: boolean
  onCancel: () => void
  onTake: () => void
}

const MINUTE_MS = 60_000

/** FLOW that was asked back: how much, from when it may be taken, and the two ways on. */
export function PendingReturnNotice(props: PendingReturnNoticeProps) {
  const { pending, left, approvalsRequired, busy } = props
  const due = isDue(pending, useNow())
  return (
    <Notice
      title={
        pending.amount === null
          ? 'You asked to close this subscription and take all FLOW back.'
          : `You asked for ${showFlowExact(parseFlow(pending.amount))} back.`
      }
      actions={
        <>
          {due ? (
            <Button kind="primary" aria-disabled={busy} onClick={props.onTake}>
              Take FLOW back
            </Button>
          ) : null}
          <Button aria-disabled={busy} onClick={props.onCancel}>
            Cancel request
          </Button>
        </>
      }
    >
      {due ? (
        <p>
          {showFlowExact(comesBack(pending, left))} can be taken now. What is settled before you do is paid first.
          {pending.amount === null ? ' Taking it closes the vault for good.' : null}
        </p>
      ) : (
        <p>
          It can be taken from <ActsAt at={pending.actsAt} /> on. The key keeps working; what it uses until then is paid
          first.
        </p>
      )}
      {approvalsRequired > 0 ? (
        <p>
          {approvalsRequired} {approvalsRequired === 1 ? 'approver' : 'approvers'} must agree before.
        </p>
      ) : null}
    </Notice>
  )
}

/** To the minute, never too early; the exact second in the title. */
function ActsAt({ at }: { at: string }) {
  const instant = new Date(at)
  const shown = new Date(Math.ceil(instant.getTime() / MINUTE_MS) * MINUTE_MS)
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <time dateTime={at} title={`${at.replace('T', ' ').slice(0, 19)} UTC`} className="whitespace-nowrap">
      {showInstant(shown, zone)}
    </time>
  )
}
