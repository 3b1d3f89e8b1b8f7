import { cost, type Cost, formatCost } from '#lib/rating/cost.ts'
import { type CostTable, tableAt, timelineOf } from '#lib/rating/cost-table.ts'
import { usageRater } from '#lib/rating/rate-usage.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { sha256Hex } from '#services/platform/crypto/hash.ts'
import type { DifferenceView } from './schemas.ts'
import { type CostTableRow, listRates, readTimeline } from './store.ts'
import { rateRow, readPriced } from './usage/rate-usage.ts'
import type { RatedRow } from './usage/schemas.ts'

const MOST_ROWS = 200_000
const HOUR_MS = 3_600_000

interface Totals {
  readonly before: Cost
  readonly after: Cost
  readonly unratedBefore: bigint
  readonly unratedAfter: bigint
}

interface Difference extends Totals {
  readonly month: number
  readonly account: string
  readonly provider: string
  readonly model: string
}

/** What publishing a draft would change of the hours that have passed. */
export interface Comparison {
  readonly hash: string
  readonly touched: { readonly from: Date; readonly to: Date } | null
  readonly totals: Totals
  /** What changes, largest difference first. */
  readonly differences: readonly Difference[]
}

/**
 * Rates what a draft would price, under the published tables and with the draft among them, up to an hour. The hash
 * names the draft, the published tables, that hour and every figure: it changes when any of them does.
 */
export async function compareRating(ctx: ServiceContext, draft: CostTableRow, asOf: Date): Promise<Comparison> {
  const published = await readTimeline(ctx.db, { from: draft.effectiveFrom, to: asOf })
  const table = {
    version: draft.version,
    effectiveFrom: draft.effectiveFrom,
    rates: await listRates(ctx.db, draft.version),
  }
  const touched = touchedBy(table, published, asOf)
  const rows = touched ? await compareRows(ctx, { published, table, touched }) : []
  const base = published.map(({ version }) => version)
  const content = [ctx.deploymentId, draft.contentHash, base, rows.map(toDifferenceView)]
  return {
    hash: `${asOf.toISOString().slice(0, 13)}Z.${sha256Hex(JSON.stringify([...content, asOf.toISOString()]))}`,
    touched,
    totals: totalsOf(rows),
    differences: rows.filter(isChanged).sort(bySize),
  }
}

/** The hour that a comparison's hash is about; null if it is none. */
export function hourOfHash(hash: string): Date | null {
  const hour = new Date(`${hash.slice(0, 13)}:00:00Z`)
  return Number.isNaN(hour.getTime()) ? null : hour
}

export const wholeHour = (instant: Date): Date => new Date(Math.floor(instant.getTime() / HOUR_MS) * HOUR_MS)

/** The hours that the draft would price, as far as they have passed. */
function touchedBy(draft: CostTable, published: readonly CostTable[], asOf: Date): Comparison['touched'] {
  const timeline = timelineOf([...published, draft])
  const at = timeline.indexOf(draft)
  if (at < 0) return null
  const next = timeline[at + 1]?.effectiveFrom
  const to = next && next < asOf ? next : asOf
  return draft.effectiveFrom < to ? { from: draft.effectiveFrom, to } : null
}

interface Compared {
  readonly published: readonly CostTable[]
  readonly table: CostTable
  readonly touched: { readonly from: Date; readonly to: Date }
}

async function compareRows(ctx: ServiceContext, { published, table, touched }: Compared): Promise<Difference[]> {
  const query = { ...touched, accounts: null, by: 'account', every: 'month', limit: MOST_ROWS } as const
  const [rateBefore, rateAfter] = [usageRater(tableAt(published, touched.from)), usageRater(table)]
  const rows = (await readPriced(ctx, query, [])).map((row) => {
    const [before, after] = [rateRow(row, rateBefore), rateRow(row, rateAfter)]
    const { period: month, account, provider, model } = row
    const unrated = { unratedBefore: unratedOf(before), unratedAfter: unratedOf(after) }
    return { month, account, provider, model, before: before.cost, after: after.cost, ...unrated }
  })
  return rows.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}

const unratedOf = ({ unrated }: RatedRow): bigint => unrated.reduce((sum, { tokens }) => sum + tokens, 0n)
const nameOf = ({ month, account, provider, model }: Difference): string =>
  JSON.stringify([month, account, provider, model])
const isChanged = (row: Totals): boolean => row.before !== row.after || row.unratedBefore !== row.unratedAfter

const sizeOf = ({ before, after }: Totals): bigint => (after > before ? after - before : before - after)
const bySize = (a: Difference, b: Difference): number =>
  sizeOf(a) === sizeOf(b) ? (nameOf(a) < nameOf(b) ? -1 : 1) : sizeOf(a) > sizeOf(b) ? -1 : 1

function totalsOf(rows: readonly Totals[]): Totals {
  const total = { before: 0n, after: 0n, unratedBefore: 0n, unratedAfter: 0n }
  for (const row of rows) {
    total.before += row.before
    total.after += row.after
    total.unratedBefore += row.unratedBefore
    total.unratedAfter += row.unratedAfter
  }
  return { ...total, before: cost(total.before), after: cost(total.after) }
}

export const toTotalsView = ({ before, after, unratedBefore, unratedAfter }: Totals) => ({
  before: formatCost(before),
  after: formatCost(after),
  difference: formatCost(cost(after - before)),
  unratedBefore: unratedBefore.toString(),
  unratedAfter: unratedAfter.toString(),
})

export const toDifferenceView = (row: Difference): DifferenceView => ({
  month: row.month,
  account: row.account,
  provider: row.provider,
  model: row.model,
  ...toTotalsView(row),
})
