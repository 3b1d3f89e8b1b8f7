/** Why something that differs is no loss and no addition; without one it is unexplained. */
type Explanation =
  /** It was missing here, and has been read from LiteLLM's books now. */
  | 'polled_in'
  /** It can't be an event; it is kept as a dead letter, whose reason is told beside. */
  | 'dead_letter'
  /** LiteLLM's totals of the day count it; its log keeps one row per response id, or has dropped it. */
  | 'counted_by_litellm'
  /** LiteLLM writes a row for each attempt of a call that failed; the call is one event. */
  | 'attempt_of_a_call'
  /** The day isn't over, so LiteLLM's totals of it can't tell yet. */
  | 'day_not_over'
  /** The calls' details were deleted after their time: there is nothing left to compare. */
  | 'details_deleted'

type DifferenceKind =
  | 'only_in_litellm'
  | 'only_here'
  | 'counts_differ'
  | 'cost_differs'
  /** The event's identity is known and its details are gone, though its month's are kept. */
  | 'event_missing'
  /** Our meter doesn't add up to our own events. */
  | 'own_books_differ'
  /** LiteLLM's totals of the day count calls that neither its log nor we have. */
  | 'lost_by_both'
  /** Our requests match and LiteLLM's total cost of the day is another. */
  | 'total_cost_differs'

/** One thing that differs between our events and LiteLLM's books. */
export interface Difference {
  readonly kind: DifferenceKind
  /** The event's identity, or that of LiteLLM's row; null: it is not about one call. */
  readonly id: string | null
  /** What each side says, or the reason, in a few words. */
  readonly detail: string
  readonly explanation: Explanation | null
}

export type Result = 'matches' | 'explained' | 'unexplained'

/** A day of a key is explained when each of its differences is. */
export function resultOf(differences: readonly Pick<Difference, 'explanation'>[]): Result {
  if (differences.length === 0) return 'matches'
  return differences.every(({ explanation }) => explanation !== null) ? 'explained' : 'unexplained'
}
