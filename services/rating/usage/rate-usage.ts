import { AppError } from '#lib/errors/app-error.ts'
import type { Measures } from '#lib/metering/usage-measures.ts'
import { cost } from '#lib/rating/cost.ts'
import { switchesIn, tableAt } from '#lib/rating/cost-table.ts'
import { usageRater } from '#lib/rating/rate-usage.ts'
import { coverTime } from '#lib/rating/time-cover.ts'
import { timeSlots } from '#lib/rating/time-slots.ts'
import type { RatedUsage } from '#lib/rating/token-classes.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { readTimeline } from '../store.ts'
import type { RatedRow, UnratedUsage, UsageQuery, UsageRow } from './schemas.ts'
import { type PricedRow, readUsage } from './store.ts'

/**
 * Usage in groups with what it cost the operator: each hour under the table that held then, nothing rated beforehand.
 * A group has a row for each price. The caller has checked that the actor may see the accounts. Throws
 * `report_too_large`.
 */
export async function rateUsage(ctx: ServiceContext, query: UsageQuery): Promise<RatedRow[]> {
  const { from, to } = query
  const timeline = await readTimeline(ctx.db, query)
  const switches = switchesIn(timeline, from, to)
  const raters = [from, ...switches].map((begin) => usageRater(tableAt(timeline, begin)))
  const rows = await readPriced(ctx, query, switches)
  return rows.map(({ segment, ...row }) => rateRow(row, raters[segment] ?? usageRater(null)))
}

/** Usage in groups, apart by the switches of price between which it lies. Throws `report_too_large`. */
export async function readPriced(
  ctx: ServiceContext,
  query: UsageQuery,
  switches: readonly Date[],
): Promise<PricedRow[]> {
  if (query.from >= query.to) return []
  const plan = { cover: coverTime(query.from, query.to, switches), slots: timeSlots(query, switches) }
  const rows = await readUsage(ctx.db, { ...query, deploymentId: ctx.deploymentId }, plan)
  if (rows.length <= query.limit) return rows
  throw new AppError('report_too_large', 'This report would have too many rows. Choose a shorter time or one account.')
}

/** Calls that were answered by a model, with their tokens. */
const ratedUsage = (measures: Measures): RatedUsage => ({
  ...measures,
  requests: measures.requests - measures.failures - measures.cacheHits,
})

/** A row with its cost under one table. Of calls on customers' own keys there is none, which nobody has to tell. */
export function rateRow(row: UsageRow, rate: ReturnType<typeof usageRater>): RatedRow {
  const { provider, model } = row
  if (row.isOwnKey) return { ...row, measures: { ...row.measures, costUnknown: 0n }, cost: cost(0n), unrated: [] }
  const rated = rate(provider, model, ratedUsage(row.measures))
  const unrated = rated.unrated.map((each): UnratedUsage => ({ provider, model, ...each }))
  return { ...row, cost: rated.cost, unrated }
}
