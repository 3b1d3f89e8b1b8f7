import { vaultAccount, vaultOf } from '#lib/metering/payer.ts'
import { multiplierBps } from '#lib/pricing/price-usage.ts'
import type { Schedule } from '#lib/pricing/schedule.ts'
import { type Figures, sumFigures } from '#lib/reports/figures.ts'
import { type Bill, type BillCell, shareBills } from '#lib/reports/share-bills.ts'
import { usd } from '#lib/money/units.ts'
import type { CreditCell } from '#services/credits/index.ts'
import { priceUsages } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getSchedule } from '#services/pricing/index.ts'
import type { RatedRow, UnratedUsage, UsageGroup } from '#services/rating/index.ts'
import { readBilledUsage, type UsageQuery } from './read-billed-usage.ts'

/** The figures of one group in one bucket. */
export interface FiguresRow extends Figures {
  readonly bucket: string
  /** Empty where the row is of several accounts. */
  readonly account: string
  readonly group: string
}

interface Cell extends BillCell, Pick<FiguresRow, 'bucket' | 'account' | 'group'> {
  readonly rows: readonly RatedRow[]
}

/** Where usage is shown, and the month that it is billed in. */
type Place = Pick<RatedRow, 'bucket' | 'account' | 'period' | 'group'>

/**
 * Usage in groups with its bill, its cost by the cost tables and LiteLLM's, ordered by bucket, account and group. A
 * vault's bill of a month is the price that the contract will make of it, and a group's is its share of that by weighted
 * tokens; a credit account's is what its requests took. All shares of a bill add up to it. The caller has checked who
 * may see the accounts.
 */
export async function readFigures(
  ctx: ServiceContext,
  query: UsageQuery,
): Promise<{ rows: FiguresRow[]; unrated: UnratedUsage[] }> {
  const { rows: rated, credits } = await readBilledUsage(ctx, query)
  const { bills, schedules } = await readBills(ctx, rated)
  for (const { account, period, usd: spent, taken } of credits.bills) {
    bills.set(billName(account, period), { usd: spent, weight: taken })
  }
  const shares = shareBills(toCells(rated, credits.cells, schedules), bills)
  const rows = [...shares].map(([cell, billed]) => toRow(query.by, cell, billed))
  const grouped = [...Map.groupBy(rows, nameOf).values()].map((same) => ({ ...same[0], ...sumFigures(same) }))
  return { rows: (grouped as FiguresRow[]).sort(inOrder), unrated: rated.flatMap(({ unrated }) => unrated) }
}

const billName = (account: string, period: number): string => `${account} ${period}`
const cellName = ({ bucket, account, period, group }: Place): string => JSON.stringify([account, period, bucket, group])

/** What a request took is known when it ends, and what it used when it is metered: a cell may lack either. */
function toCells(
  rated: readonly RatedRow[],
  credits: readonly CreditCell[],
  schedules: ReadonlyMap<number, Schedule>,
): Cell[] {
  const usage = Map.groupBy(rated, cellName)
  const taken = new Map(credits.map((cell) => [cellName(cell), cell.taken]))
  const places = new Map<string, Place>([...rated, ...credits].map((place) => [cellName(place), place]))
  return [...places].map(([name, { bucket, account, period, group }]) => {
    const rows = usage.get(name) ?? []
    const weight = vaultOf(account) === null ? (taken.get(name) ?? 0n) : weightOf(rows, schedules.get(period))
    return { bill: billName(account, period), name, weight, rows, bucket, account, group }
  })
}
const nameOf = ({ bucket, account, group }: FiguresRow): string => JSON.stringify([bucket, account, group])

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const inOrder = (a: FiguresRow, b: FiguresRow): number =>
  order(a.bucket, b.bucket) || order(a.account, b.account) || order(a.group, b.group)

const weightOf = (rows: readonly RatedRow[], schedule: Schedule | undefined): bigint =>
  rows.reduce((sum, { model, measures: { billableTokens } }) => {
    return billableTokens === 0n || !schedule ? sum : sum + billableTokens * multiplierBps(schedule, model)
  }, 0n)

function toRow(by: UsageGroup, { rows, bucket, account, group }: Cell, billed: FiguresRow['billed']): FiguresRow {
  const sums = sumFigures(
    rows.map(({ measures, cost, unrated }) => ({
      measures,
      billed: usd(0n),
      rated: cost,
      unratedTokens: unrated.reduce((sum, { tokens }) => sum + tokens, 0n),
    })),
  )
  // A model is the same for all; every other group is one account's own.
  return { ...sums, billed, bucket, account: by === 'model' ? '' : account, group }
}

/** The vaults' bills that the rows are parts of, whole, with the schedules that price them. */
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
      bills.set(billName(vaultAccount(vaultId), period), { usd: priceUsd, weight })
    }
  }
  return { bills, schedules }
}
