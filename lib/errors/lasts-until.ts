import { nextPeriod, periodOf, periodStart } from '#lib/period/period.ts'

/** Details of a refusal that passes by itself at an instant. */
export const lastsUntil = (end: Date, now: Date) => ({
  resets_at: end.toISOString(),
  retryAfterSeconds: Math.max(1, Math.ceil((end.getTime() - now.getTime()) / 1_000)),
})

/** The same of what counts within a UTC month. */
export const lastsThisMonth = (now: Date) => lastsUntil(periodStart(nextPeriod(periodOf(now))), now)
