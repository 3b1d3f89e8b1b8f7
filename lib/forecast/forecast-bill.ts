import { apportion } from '../money/apportion.ts'
import { priceUsage, type Usage } from '../pricing/price-usage.ts'
import type { Schedule } from '../pricing/schedule.ts'
import type { Forecast } from './forecast-month.ts'

/** An account's billable tokens by model: of this month so far, and of the last 28 days. */
export interface AccountMix {
  readonly soFar: Usage
  readonly recent: Usage
  /** Of an account that no schedule prices: what it was billed for the month so far, and for the last 28 days. */
  readonly billed?: { readonly soFar: bigint; readonly recent: bigint }
}

const total = (usage: Usage): bigint => [...usage.values()].reduce((sum, tokens) => sum + tokens, 0n)

/** An account's price at the month's end when so many more of its tokens come, spread over models as of late. */
function priceWith(schedule: Schedule, { soFar, recent, billed }: AccountMix, more: bigint): bigint {
  if (billed) return billed.soFar + (more === 0n ? 0n : (more * billed.recent) / total(recent))
  const shares = apportion(more, [...recent.values()])
  const usage = new Map(soFar)
  ;[...recent.keys()].forEach((model, i) => usage.set(model, (usage.get(model) ?? 0n) + (shares[i] ?? 0n)))
  return priceUsage(schedule, usage).usd
}

/**
 * The numbers of tokens to come at which an account's price may be lowest or highest: the ends, and around each tier.
 */
function corners(schedule: Schedule, soFar: bigint, { low, high }: { low: bigint; high: bigint }): bigint[] {
  const bounds = schedule.tiers.flatMap(({ upTo }) => (upTo === null ? [] : [upTo - soFar, upTo - soFar + 1n]))
  return [low, high, ...bounds.filter((more) => more > low && more < high)]
}

const least = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => (b < a ? b : a))
const most = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => (b > a ? b : a))

/**
 * What accounts will be billed for a month whose tokens to come (all accounts together) are forecast. They go to
 * accounts and models as those of the last 28 days did; each account is priced by the schedule, so a tier that is
 * reached before the month's end counts, or else at what its tokens of late were billed. Prices may fall at a tier, so
 * the interval takes in every number of tokens in between; over several accounts it is the sum of theirs, which is
 * wider than theirs together.
 */
export function forecastBill(schedule: Schedule, accounts: readonly AccountMix[], toCome: Forecast): Forecast {
  const weights = accounts.map(({ recent }) => total(recent))
  const [lows, points, highs] = [toCome.low, toCome.point, toCome.high].map((more) => apportion(more, weights))
  const sum = { low: 0n, point: 0n, high: 0n }
  accounts.forEach((account, i) => {
    const point = priceWith(schedule, account, points?.[i] ?? 0n)
    const ends = { low: lows?.[i] ?? 0n, high: highs?.[i] ?? 0n }
    const prices = corners(schedule, total(account.soFar), ends).map((more) => priceWith(schedule, account, more))
    sum.point += point
    sum.low += least([point, ...prices])
    sum.high += most([point, ...prices])
  })
  return sum
}
