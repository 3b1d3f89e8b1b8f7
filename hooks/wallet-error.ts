const DECLINED = /^declined\b|externally halted|user rejected|rejected by (the )?user/i
/** The node or the way to it gave no answer; a refusal has a status code below 500. */
const UNANSWERED = /failed to fetch|networkerror|load failed|timed? ?out|statuscode=5\d\d|statuscode=undefined/i

/** FCL gives a string or an Error; a transaction that the chain refused gives an Error with a long message. */
export function errorText(cause: unknown): string {
  if (typeof cause === 'string') return cause
  return cause instanceof Error ? cause.message : String(cause)
}

/** True when the person said no in the wallet, or closed it: an outcome, not a fault. */
export const isDeclined = (cause: unknown): boolean => DECLINED.test(errorText(cause))

/** True when nobody knows whether the transaction was sent. */
export const isUnanswered = (cause: unknown): boolean => UNANSWERED.test(errorText(cause))
