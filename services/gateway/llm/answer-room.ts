import { AppError } from '#lib/errors/app-error.ts'

/** Bytes of answers that a process has in hand, at most. An answer takes a few times as much while it is looked at. */
const ROOM = 128 * 1024 * 1024
/** What every whole answer has from its request's beginning: most need no more. */
const SMALL = 64 * 1024
/** Left to those: many large answers are in the way of large ones alone. */
const FOR_SMALL = 32 * 1024 * 1024

/** What one request has of the room. */
export interface Seat {
  /** Takes so much more. False: there is no room for it, and nothing was taken. */
  take(bytes: number): boolean
  /** Gives everything back, for good. It may be said more than once. */
  free(): void
}

/** Bounds the answers that a process has in hand: those that are read whole, kept for a retry, or not taken yet. */
export interface AnswerRoom {
  /** Throws `gateway_busy` for a whole answer when there is no room. A stream takes what is kept of it alone. */
  enter(kind: 'whole' | 'stream'): Seat
}

export const gatewayBusy = (): AppError =>
  new AppError('gateway_busy', 'The gateway has as many answers in hand as it can take. Try again in a moment.')

export function createAnswerRoom(): AnswerRoom {
  let taken = 0

  function enter(kind: 'whole' | 'stream'): Seat {
    let own = kind === 'whole' ? SMALL : 0
    let used = 0
    let isFree = false
    if (taken + own > ROOM) throw gatewayBusy()
    taken += own

    function take(bytes: number): boolean {
      const more = Math.max(0, used + bytes - own)
      if (isFree || (more > 0 && taken + more > ROOM - FOR_SMALL)) return false
      used += bytes
      own += more
      taken += more
      return true
    }
    function free(): void {
      isFree = true
      taken -= own
      own = 0
    }
    return { take, free }
  }
  return { enter }
}
