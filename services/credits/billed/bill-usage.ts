import { AppError } from '#lib/errors/app-error.ts'
import { creditAccount } from '#lib/metering/payer.ts'
import { type Usd, usd } from '#lib/money/units.ts'
import { type Period, periodOf } from '#lib/period/period.ts'
import { timeSlots } from '#lib/rating/time-slots.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type BilledQuery, listSpent, sumPosts } from './store.ts'

/** What requests of an account took, in one bucket, group and month. */
export interface CreditCell {
  /** `credits:cr_…` */
  readonly account: string
  readonly period: Period
  /** First UTC day of the bucket. */
  readonly bucket: string
  /** Empty for requests without that label. */
  readonly group: string
  /** 1e-8 USD, less what was given back of these very requests. */
  readonly taken: bigint
}

/** An account's month: what its usage came to, and what its requests took of it. */
interface CreditBill {
  readonly account: string
  readonly period: Period
  /** Also less what was given back for no request in particular. */
  readonly usd: Usd
  /** Of the whole month, also of what is in no cell. */
  readonly taken: bigint
}

/**
 * What usage of credit accounts was billed, in groups, from the requests' holds, which keep their labels for good: the
 * bill of each month that is touched, and the cells of the span. The caller has checked that the actor may see the
 * accounts. Throws `report_too_large`.
 */
export async function billUsage(
  ctx: ServiceContext,
  query: BilledQuery,
): Promise<{ bills: CreditBill[]; cells: CreditCell[] }> {
  const { accountIds, from, to, limit } = query
  if (accountIds?.length === 0 || from >= to) return { bills: [], cells: [] }
  const slots = timeSlots(query, [])
  const rows = await sumPosts(ctx.db, query, slots)
  if (rows.length > limit) {
    throw new AppError(
      'report_too_large',
      'This report would have too many rows. Choose a shorter time or one account.',
    )
  }
  const months = { first: periodOf(from), last: periodOf(new Date(to.getTime() - 1)) }
  const taken = new Map<string, bigint>()
  for (const { accountId, period, amount } of rows) {
    const key = `${accountId} ${period}`
    taken.set(key, (taken.get(key) ?? 0n) + amount)
  }
  const bills = (await listSpent(ctx.db, accountIds, months)).map(({ accountId, period, spent }) => {
    const whole = taken.get(`${accountId} ${period}`) ?? 0n
    // What was paid between the two statements is in no cell yet.
    return { account: creditAccount(accountId), period, usd: usd(spent < whole ? spent : whole), taken: whole }
  })
  const cells = rows.flatMap(({ accountId, period, slot, group, amount }): CreditCell[] => {
    const bucket = slots[slot - 1]?.bucket
    return bucket === undefined ? [] : [{ account: creditAccount(accountId), period, bucket, group, taken: amount }]
  })
  return { bills, cells }
}
