import { multiplierBps } from '#lib/pricing/price-usage.ts'
import type { Schedule } from '#lib/pricing/schedule.ts'
import { type Figures, sumFigures } from '#lib/reports/figures.ts'
import { type Bill, type BillCell, shareBills } from '#lib/reports/share-bills.ts'
import { usd } from '#lib/money/units.ts'
import { priceUsages } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getSchedule } from '#services/pricing/index.ts'
import {
  type RatedRow,
  rateUsage,
  type UnratedUsage,
  type UsageBucket,
  type UsageGroup,
} from '#services/rating/index.ts'
import { vaultOf } from './scope.ts'

/** Rows of usage that one report may be made of. */
const MOST_ROWS = 100_000

interface FiguresQuery {
  readonly accounts: readonly string[] | null
  readonly from: Date
  readonly to: Date
  readonly by: UsageGroup
  readonly every: UsageBucket
}

/** The figures of one group in one bucket. */
export interface FiguresRow extends Figures {
  readonly bucket: string
  /** Empty where the row is of several accounts. */
  readonly account: string
  readonly group: string
}

interface Cell extends BillCell {
  readonly rows: readonly RatedRow[]
}

/**
 * Usage in groups with its bill, its cost by the cost tables and LiteLLM's, ordered by bucket, account and group. An
 * account's bill of a month is the price that the contract will make of it; a group's is its share of that by weighted
 * tokens, and all shares of a bill add up to it. The caller has checked who may see the accounts.
 */
export async function readFigures(
  ctx: ServiceContext,
  query: FiguresQuery,
): Promise<{ rows: FiguresRow[]; unrated: UnratedUsage[] }> {
  const rated = await rateUsage(ctx, { ...query, limit: MOST_ROWS })
  const { bills, schedules } = await readBills(ctx, rated)
  const cells = [...Map.groupBy(rated, cellName)].map(([name, rows]): Cell => {
    const [{ account = '', period = 0 } = {}] = rows
    return { bill: billName(account, period), name, rows, weight: weightOf(rows, schedules.get(period)) }
  })
  const shares = shareBills(cells, bills)
  const rows = cells.map((cell) => toRow(query.by, cell, shares.get(cell) ?? usd(0n)))
  const grouped = [...Map.groupBy(rows, nameOf).values()].map((same) => ({ ...same[0], ...sumFigures(same) }))
  return { rows: (grouped as FiguresRow[]).sort(inOrder), unrated: rated.flatMap(({ unrated }) => unrated) }
}

const billName = (account: string, period: number): string => `${account} ${period}`
const cellName = ({ bucket, account, period, group }: RatedRow): string =>
  JSON.stringify([account, period, bucket, group])
const nameOf = ({ bucket, account, group }: FiguresRow): string => JSON.stringify([bucket, account, group])

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const inOrder = (a: FiguresRow, b: FiguresRow): number =>
  order(a.bucket, b.bucket) || order(a.account, b.account) || order(a.group, b.group)

const weightOf = (rows: readonly RatedRow[], schedule: Schedule | undefined): bigint =>
  rows.reduce((sum, { model, measures: { billableTokens } }) => {
    return billableTokens === 0n || !schedule ? sum : sum + billableTokens * multiplierBps(schedule, model)
  }, 0n)

function toRow(by: UsageGroup, { rows }: Cell, billed: FiguresRow['billed']): FiguresRow {
  const sums = sumFigures(
    rows.map(({ measures, cost, unrated }) => ({
      measures,
      billed: usd(0n),
      rated: cost,
      unratedTokens: unrated.reduce((sum, { tokens }) => sum + tokens, 0n),
    })),
  )
  const [{ bucket = '', account = '', group = '' } = {}] = rows
  // A model is the same for all; every other group is one account's own.
  return { ...sums, billed, bucket, account: by === 'model' ? '' : account, group }
}

/** The bills that the rows are parts of, whole, with the schedules that price them. */
async function readBills(
  ctx: ServiceContext,
  rows: readonly RatedRow[],
): Promise<{ bills: Map<string, Bill>; schedules: Map<number, Schedule> }> {
  const bills = new Map<string, Bill>()
  const schedules = new Map<number, Schedule>()
  for (const [period, ofPeriod] of Map.groupBy(rows, (row) => row.period)) {
    const schedule = await getSchedule(ctx, period)
    const vaults = new Set(ofPeriod.map(({ account }) => vaultOf(account)).filter((id) => id !== null))
    schedules.set(period, schedule)
    for (const [vaultId, { priceUsd, models }] of await priceUsages(ctx, [...vaults], period)) {
      const weight = models.reduce((sum, { model, tokens }) => sum + tokens * multiplierBps(schedule, model), 0n)
      bills.set(billName(`vault:${vaultId}`, period), { usd: priceUsd, weight })
    }
  }
  return { bills, schedules }
}
