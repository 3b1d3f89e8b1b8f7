const DECLINED = /^declined\b|externally halted|user rejected|rejected by (the )?user/i

/** FCL gives a string or an Error; a transaction that the chain refused gives an Error with a long message. */
export function errorText(cause: unknown): string {
  if (typeof cause === 'string') return cause
  return cause instanceof Error ? cause.message : String(cause)
}

/** True when the person said no in the wallet, or closed it: an outcome, not a fault. */
export const isDeclined = (cause: unknown): boolean => DECLINED.test(errorText(cause))
