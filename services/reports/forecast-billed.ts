import { dayStart, monthOf } from '#lib/forecast/calendar.ts'
import { type AccountMix, forecastBill } from '#lib/forecast/forecast-bill.ts'
import { type Forecast, FORECAST_WINDOW_DAYS, type Forecasting } from '#lib/forecast/forecast-month.ts'
import { vaultOf } from '#lib/metering/payer.ts'
import { type Period, periodOf } from '#lib/period/period.ts'
import type { Usage } from '#lib/pricing/price-usage.ts'
import { priceUsages } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getSchedule } from '#services/pricing/index.ts'
import type { RatedRow } from '#services/rating/index.ts'
import { type BilledUsage, readBilledUsage } from './read-billed-usage.ts'

interface Billing {
  readonly accounts: readonly string[] | null
  readonly today: number
  readonly soFarTokens: bigint
  /** The month's tokens. */
  readonly toCome: Forecasting
}

/**
 * What the open month was billed so far, and what it will have been at its end: vaults by the schedule, credit accounts
 * at what their tokens were billed of late.
 */
export async function forecastBilled(
  ctx: ServiceContext,
  { accounts, today, soFarTokens, toCome }: Billing,
): Promise<{ soFar: bigint; forecast: Forecasting }> {
  const period = periodOf(dayStart(today))
  const month = await readSpan(ctx, accounts, { from: monthOf(today).first, to: today + 1 })
  const recent = await readSpan(ctx, accounts, { from: today - FORECAST_WINDOW_DAYS, to: today })
  const credits = month.credits.bills.reduce((sum, { usd }) => sum + usd, 0n)
  const soFar = credits + (await billedByVaults(ctx, month.rows, period))
  if (!toCome.ok) return { soFar, forecast: toCome }
  const more = less(toCome, soFarTokens)
  return {
    soFar,
    forecast: { ok: true, ...forecastBill(await getSchedule(ctx, period), toMixes(month, recent), more) },
  }
}

/** Usage of some days by account and model, and what credit accounts were billed for it. */
const readSpan = (
  ctx: ServiceContext,
  accounts: Billing['accounts'],
  { from, to }: { from: number; to: number },
): Promise<BilledUsage> =>
  readBilledUsage(ctx, { accounts, from: dayStart(from), to: dayStart(to), by: 'account', every: 'all' })

const less = ({ low, point, high }: Forecast, soFar: bigint): Forecast => ({
  low: low - soFar,
  point: point - soFar,
  high: high - soFar,
})

/** The bill of the month as it is now, of every vault that was used in it. */
async function billedByVaults(ctx: ServiceContext, month: readonly RatedRow[], period: Period): Promise<bigint> {
  const vaults = new Set(month.map(({ account }) => vaultOf(account)).filter((id) => id !== null))
  const prices = await priceUsages(ctx, [...vaults], period)
  return [...prices.values()].reduce((sum, { priceUsd }) => sum + priceUsd, 0n)
}

const NOTHING: Usage = new Map()

/** Billable tokens by account and model. */
function tokensOf(rows: readonly RatedRow[]): Map<string, Map<string, bigint>> {
  const usages = new Map<string, Map<string, bigint>>()
  for (const { account, model, measures } of rows) {
    if (measures.billableTokens === 0n) continue
    const usage = usages.get(account) ?? new Map<string, bigint>()
    usages.set(account, usage.set(model, (usage.get(model) ?? 0n) + measures.billableTokens))
  }
  return usages
}

function toMixes(month: BilledUsage, recent: BilledUsage): AccountMix[] {
  const [soFar, late] = [tokensOf(month.rows), tokensOf(recent.rows)]
  const bills = new Map(month.credits.bills.map(({ account, usd }) => [account, usd]))
  const takenOf = Map.groupBy(recent.credits.cells, ({ account }) => account)
  const names = new Set([...soFar.keys(), ...late.keys(), ...bills.keys()])
  return [...names].map((account): AccountMix => {
    const usage = { soFar: soFar.get(account) ?? NOTHING, recent: late.get(account) ?? NOTHING }
    if (vaultOf(account) !== null) return usage
    const taken = (takenOf.get(account) ?? []).reduce((sum, cell) => sum + cell.taken, 0n)
    return { ...usage, billed: { soFar: bills.get(account) ?? 0n, recent: taken } }
  })
}
