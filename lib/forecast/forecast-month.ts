import { type Day, monthOf } from './calendar.ts'

/** Amounts of complete UTC days without a gap: tokens, or money in whole units. */
export interface DailyAmounts {
  readonly firstDay: Day
  readonly amounts: readonly bigint[]
}

/**
 * How a month is forecast. A day to come is expected to bring the average of the same weekday in the last 28 days. What
 * the same rule would have said on each earlier day about as many days to come is compared with what came: the median
 * of these ratios corrects the forecast (growth, seasons), their outer quantiles are the interval. The replays overlap,
 * so they are fewer than they seem: 7 % are left out on each side, of which back-tests show that 80 % of months are
 * covered.
 */
export const FORECAST_METHOD = 'weekday-average-28d-replayed'

/** Of months like those before, about so many end in the interval. */
export const COVERED_PERCENT = 80

/** Percent of the replays on each side of the interval. */
const LEFT_OUT = 7
/** What a day to come is expected to bring is the average of these days before. */
export const FORECAST_WINDOW_DAYS = 28
const WEEKS = 4n
/** Days that the oldest of eight replays over a week needs. */
const LEAST_HISTORY = 42
const LEAST_REPLAYS = 8
/** What is older says little about now. */
export const LONGEST_HISTORY_DAYS = 364

/** An amount to come, with the interval that 80 % of such months end in. */
export interface Forecast {
  readonly low: bigint
  readonly point: bigint
  readonly high: bigint
}

type NoForecast = 'too_little_history' | 'no_recent_use' | 'too_irregular'

export type Forecasting = ({ readonly ok: true } & Forecast) | { readonly ok: false; readonly reason: NoForecast }

interface MonthSoFar {
  /** Up to the day before `today`. */
  readonly history: DailyAmounts
  readonly today: Day
  /** What today brought until now. */
  readonly soFarToday: bigint
}

/** What actually came over what was expected: `actual / expected · WEEKS`. */
interface Ratio {
  readonly actual: bigint
  readonly expected: bigint
}

const total = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n)

/** What the days from `from` to before `to` bring by the rule, in quarters, seen from the begin of day `at`. */
function expectedQuarters(
  amounts: readonly bigint[],
  { at, from, to }: { at: number; from: number; to: number },
): bigint {
  let sum = 0n
  for (let day = from; day < to; day += 1) {
    // The same weekday in each of the four weeks before `at`.
    const last = at - 1 - ((((at - 1 - day) % 7) + 7) % 7)
    for (let week = 0; week < 4; week += 1) sum += amounts[last - 7 * week] ?? 0n
  }
  return sum
}

/** The part of the history that counts: from the first use on, and not too long ago. */
function usedDays({ amounts }: DailyAmounts): readonly bigint[] {
  const recent = amounts.slice(-LONGEST_HISTORY_DAYS)
  const first = recent.findIndex((amount) => amount > 0n)
  return first < 0 ? [] : recent.slice(first)
}

/** How the rule did on each earlier day over `horizon` days, worst underestimate last. */
function replayed(amounts: readonly bigint[], horizon: number): Ratio[] {
  const ratios: Ratio[] = []
  for (let at = FORECAST_WINDOW_DAYS; at + horizon <= amounts.length; at += 1) {
    const actual = total(amounts.slice(at, at + horizon))
    const expected = expectedQuarters(amounts, { at, from: at, to: at + horizon })
    // Nothing expected and nothing come was right.
    ratios.push(actual === 0n && expected === 0n ? { actual: 1n, expected: WEEKS } : { actual, expected })
  }
  return ratios.sort((a, b) => {
    const difference = a.actual * b.expected - b.actual * a.expected
    return difference < 0n ? -1 : difference > 0n ? 1 : 0
  })
}

/** The ratio of a rank among one more than there are: the next one is as likely in any place between them. */
function quantile(ratios: readonly Ratio[], percent: number, round: (rank: number) => number): Ratio | undefined {
  const rank = round((percent * (ratios.length + 1)) / 100)
  return ratios[Math.min(Math.max(rank, 1), ratios.length) - 1]
}

/** What a month will have brought at its end: what it brought so far, and what the days to come are expected to. */
export function forecastMonth({ history, today, soFarToday }: MonthSoFar): Forecasting {
  const amounts = usedDays(history)
  if (amounts.length < LEAST_HISTORY) return { ok: false, reason: 'too_little_history' }
  if (total(amounts.slice(-FORECAST_WINDOW_DAYS)) === 0n) return { ok: false, reason: 'no_recent_use' }
  const month = monthOf(today)
  const inMonth = today - month.first
  const soFar = soFarToday + (inMonth > 0 ? total(history.amounts.slice(-inMonth)) : 0n)
  const days = month.end - today
  const ratios = replayed(amounts, Math.min(days, amounts.length - FORECAST_WINDOW_DAYS - LEAST_REPLAYS + 1))
  const low = quantile(ratios, LEFT_OUT, Math.floor)
  const point = quantile(ratios, 50, Math.round)
  const high = quantile(ratios, 100 - LEFT_OUT, Math.ceil)
  if (!low || !point || !high || high.expected === 0n) return { ok: false, reason: 'too_irregular' }
  const rest = restQuarters(amounts, { days, soFarToday })
  const scaled = ({ actual, expected }: Ratio) => (rest * actual) / expected
  const ceiling = (rest * high.actual + high.expected - 1n) / high.expected
  return { ok: true, low: soFar + scaled(low), point: soFar + scaled(point), high: soFar + ceiling }
}

/** What the rest of today and the days after it bring by the rule, in quarters. */
function restQuarters(amounts: readonly bigint[], { days, soFarToday }: { days: number; soFarToday: bigint }): bigint {
  const at = amounts.length
  const today = expectedQuarters(amounts, { at, from: at, to: at + 1 }) - WEEKS * soFarToday
  return (today > 0n ? today : 0n) + expectedQuarters(amounts, { at, from: at + 1, to: at + days })
}
