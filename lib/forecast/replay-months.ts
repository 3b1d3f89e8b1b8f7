import { type Day, monthOf } from './calendar.ts'
import { type DailyAmounts, type Forecast, forecastMonth } from './forecast-month.ts'

/** A month as it was forecast, and as it ended. */
interface ReplayedMonth extends Forecast {
  readonly firstDay: Day
  readonly actual: bigint
  readonly isCovered: boolean
}

export interface Replay {
  /** The months that could be forecast, oldest first. */
  readonly months: readonly ReplayedMonth[]
  /** Of them, those that ended in their interval. */
  readonly covered: number
  /** How far the forecasts were from the end, in hundredths of a percent of it; the middle one. Null without months. */
  readonly medianError: bigint | null
}

const HUNDREDTHS = 10_000n
const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount)

/**
 * Tests the forecast on the past: what it would have said on a day of each month that is over, knowing only the days
 * before it, against what the month brought.
 */
export function replayMonths(history: DailyAmounts, dayOfMonth: number): Replay {
  const { firstDay, amounts } = history
  const end = firstDay + amounts.length
  const months: ReplayedMonth[] = []
  for (let month = monthOf(firstDay); month.end <= end; month = monthOf(month.end)) {
    const today = month.first + Math.min(dayOfMonth, month.end - month.first) - 1
    if (today < firstDay) continue
    const known = { firstDay, amounts: amounts.slice(0, today - firstDay) }
    const forecast = forecastMonth({ history: known, today, soFarToday: 0n })
    if (!forecast.ok) continue
    const { low, point, high } = forecast
    const actual = amounts
      .slice(Math.max(month.first - firstDay, 0), month.end - firstDay)
      .reduce((sum, amount) => sum + amount, 0n)
    months.push({ firstDay: month.first, low, point, high, actual, isCovered: low <= actual && actual <= high })
  }
  const errors = months
    .map(({ point, actual }) => (size(point - actual) * HUNDREDTHS) / (actual === 0n ? 1n : actual))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return {
    months,
    covered: months.filter(({ isCovered }) => isCovered).length,
    medianError: errors[Math.floor((errors.length - 1) / 2)] ?? null,
  }
}
