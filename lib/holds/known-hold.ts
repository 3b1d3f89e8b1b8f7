import { AppError } from '../errors/app-error.ts'

/**
 * Why a hold can't be placed under an id that has one. `still_open`: the first try may yet be paid under it, and it is
 * not enough for this one. `ended_paid`: that was paid. `ended_free`: it cost nothing, and never will.
 */
export type KnownHoldRefusal = 'still_open' | 'ended_paid' | 'ended_free'

interface KnownHold {
  readonly isHeld: boolean
  /** Whether what it was held for has been paid. */
  readonly isPaid: boolean
  readonly amount: bigint
}

/** Whether a try that goes on under a known hold may use at most `wanted`: null, or why not. */
export function judgeKnownHold({ isHeld, isPaid, amount }: KnownHold, wanted: bigint): KnownHoldRefusal | null {
  if (isHeld) return wanted <= amount ? null : 'still_open'
  return isPaid ? 'ended_paid' : 'ended_free'
}

/** By then the first try may have been settled. */
const OPEN_SECONDS = 30

/** What is said to whoever goes on with a request whose hold is no use. */
export function refuseKnownHold(reason: KnownHoldRefusal): AppError {
  switch (reason) {
    case 'still_open':
      return new AppError('request_in_progress', 'What the first try of this request costs is not known yet. Wait.', {
        details: { retryAfterSeconds: OPEN_SECONDS },
      })
    case 'ended_paid':
      return new AppError(
        'idempotency_conflict',
        'This request was paid for, and its answer was lost. Use a new Idempotency-Key to ask again.',
      )
    case 'ended_free':
      return new AppError('request_in_progress', 'The first try of this request ended without a cost. Send it again.', {
        details: { retryAfterSeconds: 1 },
      })
  }
}
