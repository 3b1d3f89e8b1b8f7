import { dayOf, dayStart, monthOf } from '#lib/forecast/calendar.ts'
import {
  COVERED_PERCENT,
  type DailyAmounts,
  FORECAST_METHOD,
  FORECAST_WINDOW_DAYS,
  type Forecasting,
  forecastMonth,
  LONGEST_HISTORY_DAYS,
} from '#lib/forecast/forecast-month.ts'
import { replayMonths } from '#lib/forecast/replay-months.ts'
import { formatDecimal } from '#lib/money/decimal.ts'
import { periodOf } from '#lib/period/period.ts'
import type { UserMeasure } from '#lib/reports/figures.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type RatedRow, rateUsage } from '#services/rating/index.ts'
import { formatAmount } from './figures-view.ts'
import { forecastBilled } from './forecast-billed.ts'
import { MOST_ROWS } from './read-billed-usage.ts'
import { resolveScope } from './scope.ts'
import type { ForecastAmount, ForecastQuery, ForecastReason, ForecastView } from './schemas.ts'

interface Series {
  readonly history: DailyAmounts
  readonly soFarToday: bigint
  /** Of the month, with today. */
  readonly soFar: bigint
}

/**
 * What the open month will have brought at its end, for all accounts that the actor may see together or for one:
 * tokens, the bill, and for who is paid the costs. With too little history it says so instead. Throws as
 * `resolveScope`.
 */
export async function getForecast(ctx: ServiceContext, query: ForecastQuery): Promise<ForecastView> {
  const { accounts, seesCosts } = await resolveScope(ctx, { account: query.account ?? null, view: query.as ?? null })
  const now = ctx.clock()
  const today = dayOf(now)
  const span = { from: dayStart(today - LONGEST_HISTORY_DAYS), to: dayStart(today + 1) }
  const rows = await rateUsage(ctx, { accounts, ...span, by: 'everything', every: 'day', limit: MOST_ROWS })
  const seriesOf = (of: (row: RatedRow) => bigint) => toSeries(rows, today, of)
  const tokens = seriesOf(({ measures }) => measures.billableTokens)
  const forecast = (series: Series) => forecastMonth({ ...series, today })
  const costOf = (measure: 'litellm' | 'rated', of: (row: RatedRow) => bigint) =>
    toAmount(measure, seriesOf(of).soFar, forecast(seriesOf(of)))
  const toCome = forecast(tokens)
  const billed = await forecastBilled(ctx, { accounts, today, soFarTokens: tokens.soFar, toCome })
  const replay = replayMonths(tokens.history, now.getUTCDate())
  return {
    period: periodOf(now),
    asOf: now.toISOString(),
    endsAt: dayStart(monthOf(today).end).toISOString(),
    method: FORECAST_METHOD,
    coveredPercent: COVERED_PERCENT,
    tokens: toAmount('tokens', tokens.soFar, toCome),
    billedUsd: toAmount('billed', billed.soFar, billed.forecast),
    litellmUsd: seesCosts ? costOf('litellm', ({ measures }) => measures.litellmCost) : null,
    ratedUsd: seesCosts
      ? withoutUnrated(
          costOf('rated', ({ cost }) => cost),
          rows,
          today,
        )
      : null,
    replay: {
      months: replay.months.length,
      covered: replay.covered,
      medianErrorPercent: replay.medianError === null ? null : formatDecimal(replay.medianError, 2),
    },
  }
}

const dayOfName = (name: string): number => dayOf(new Date(`${name}T00:00:00Z`))

function toSeries(rows: readonly RatedRow[], today: number, of: (row: RatedRow) => bigint): Series {
  const firstDay = today - LONGEST_HISTORY_DAYS
  const amounts = Array.from({ length: LONGEST_HISTORY_DAYS + 1 }, () => 0n)
  for (const row of rows) {
    const at = dayOfName(row.bucket) - firstDay
    amounts[at] = (amounts[at] ?? 0n) + of(row)
  }
  const soFar = amounts.slice(monthOf(today).first - firstDay).reduce((sum, amount) => sum + amount, 0n)
  const soFarToday = amounts.pop() ?? 0n
  return { history: { firstDay, amounts }, soFarToday, soFar }
}

function toAmount(measure: UserMeasure, soFar: bigint, forecast: Forecasting): ForecastAmount {
  const show = (amount: bigint) => formatAmount(amount, measure)
  if (!forecast.ok) return { soFar: show(soFar), ...without(forecast.reason) }
  const { low, point, high } = forecast
  return { soFar: show(soFar), low: show(low), point: show(point), high: show(high), reason: null }
}

const without = (reason: ForecastReason) => ({ low: null, point: null, high: null, reason })

/** A cost that lacks what has no rate can't be forecast. */
function withoutUnrated(amount: ForecastAmount, rows: readonly RatedRow[], today: number): ForecastAmount {
  const since = today - FORECAST_WINDOW_DAYS
  const isUnrated = rows.some(({ bucket, unrated }) => unrated.length > 0 && dayOfName(bucket) >= since)
  return isUnrated ? { soFar: amount.soFar, ...without('unrated_usage') } : amount
}
