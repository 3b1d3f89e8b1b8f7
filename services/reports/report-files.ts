import { type CsvColumn, csvHeader, csvRow } from '#lib/reports/csv.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getForecast } from './get-forecast.ts'
import { getHeavyUsers } from './get-heavy-users.ts'
import { getTotals } from './get-totals.ts'
import { getTrend } from './get-trend.ts'
import { readUsageReport, toRowView } from './get-usage-report.ts'
import { nameKeys } from './name-keys.ts'
import type {
  FiguresView,
  ForecastAmount,
  ForecastQuery,
  HeavyUsersQuery,
  HeavyUserView,
  TotalsQuery,
  TotalsView,
  TrendQuery,
  TrendRowView,
  UsageReportQuery,
  UsageRowView,
} from './schemas.ts'

const number = <Row>(name: string, value: (row: Row) => string | null): CsvColumn<Row> => ({
  name,
  value,
  isNumber: true,
})

/** What every report says of a row; costs are empty for who may not see them. */
const figures: readonly CsvColumn<FiguresView>[] = [
  number('requests', ({ requests }) => requests),
  number('failures', ({ failures }) => failures),
  number('cache_hits', ({ cacheHits }) => cacheHits),
  number('input_tokens', ({ tokens }) => tokens.input),
  number('output_tokens', ({ tokens }) => tokens.output),
  number('cached_tokens', ({ tokens }) => tokens.cached),
  number('cache_write_tokens', ({ tokens }) => tokens.cacheWrite),
  number('reasoning_tokens', ({ tokens }) => tokens.reasoning),
  number('billable_tokens', ({ tokens }) => tokens.billable),
  number('billed_usd', ({ billedUsd }) => billedUsd),
  number('litellm_usd', ({ costs }) => costs?.litellmUsd ?? null),
  number('litellm_unknown', ({ costs }) => costs?.litellmUnknown ?? null),
  number('rated_usd', ({ costs }) => costs?.ratedUsd ?? null),
  number('unrated_tokens', ({ costs }) => costs?.unratedTokens ?? null),
  number('margin_usd', ({ costs }) => costs?.marginUsd ?? null),
]

const usageColumns: readonly CsvColumn<UsageRowView & { by: string }>[] = [
  { name: 'bucket', value: ({ bucket }) => bucket },
  { name: 'account', value: ({ account }) => account },
  { name: 'by', value: ({ by }) => by },
  { name: 'key', value: ({ key }) => key },
  ...figures,
  { name: 'key_name', value: ({ apiKey }) => apiKey?.name ?? null },
  { name: 'key_masked', value: ({ apiKey }) => apiKey?.masked ?? null },
]

const trendColumns: readonly CsvColumn<TrendRowView>[] = [
  { name: 'bucket', value: ({ bucket }) => bucket },
  { name: 'complete', value: ({ isComplete }) => String(isComplete) },
  ...figures,
  number('billed_change_percent', ({ change }) => change?.billedPercent ?? null),
  number('tokens_change_percent', ({ change }) => change?.tokensPercent ?? null),
  number('requests_change_percent', ({ change }) => change?.requestsPercent ?? null),
  number('litellm_change_percent', ({ change }) => change?.litellmPercent ?? null),
]

const heavyColumns: readonly CsvColumn<HeavyUserView>[] = [
  { name: 'account', value: ({ account }) => account },
  { name: 'user', value: ({ user }) => user },
  number('amount', ({ amount }) => amount),
  number('share_percent', ({ sharePercent }) => sharePercent),
  { name: 'heavy', value: (row) => String(row.isHeavy) },
  ...figures,
]

const totalsColumns: readonly CsvColumn<TotalsView>[] = [
  { name: 'from', value: ({ from }) => from },
  { name: 'to', value: ({ to }) => to },
  number('active_users', ({ activeUsers }) => activeUsers),
  number('billed_usd_per_user', ({ perActiveUser }) => perActiveUser?.billedUsd ?? null),
  number('litellm_usd_per_user', ({ perActiveUser }) => perActiveUser?.litellmUsd ?? null),
  number('rated_usd_per_user', ({ perActiveUser }) => perActiveUser?.ratedUsd ?? null),
  ...figures.map(({ name, value }) => number<TotalsView>(name, ({ totals }) => value(totals))),
]

/** Lines of a CSV file, some at a time. */
async function* file<Row>(columns: readonly CsvColumn<Row>[], rows: Iterable<Row>): AsyncGenerator<string> {
  let part = csvHeader(columns)
  for (const row of rows) {
    part += csvRow(columns, row)
    if (part.length < 65_536) continue
    yield part
    part = ''
  }
  yield part
}

/** The usage report as CSV, all of its pages. */
export async function* usageReportFile(ctx: ServiceContext, query: UsageReportQuery): AsyncGenerator<string> {
  const { rows, seesCosts } = await readUsageReport(ctx, query)
  const seen = { seesCosts, keys: await nameKeys(ctx, query.by, rows) }
  yield* file(
    usageColumns,
    rows.values().map((row) => ({ ...toRowView(row, seen), by: query.by })),
  )
}

export async function* trendFile(ctx: ServiceContext, query: TrendQuery): AsyncGenerator<string> {
  yield* file(trendColumns, (await getTrend(ctx, query)).rows)
}

export async function* heavyUsersFile(ctx: ServiceContext, query: HeavyUsersQuery): AsyncGenerator<string> {
  yield* file(heavyColumns, (await getHeavyUsers(ctx, query)).heaviest)
}

export async function* totalsFile(ctx: ServiceContext, query: TotalsQuery): AsyncGenerator<string> {
  yield* file(totalsColumns, [await getTotals(ctx, query)])
}

const forecastColumns: readonly CsvColumn<ForecastAmount & { measure: string }>[] = [
  { name: 'measure', value: ({ measure }) => measure },
  number('so_far', ({ soFar }) => soFar),
  number('low', ({ low }) => low),
  number('point', ({ point }) => point),
  number('high', ({ high }) => high),
  { name: 'reason', value: ({ reason }) => reason },
]

export async function* forecastFile(ctx: ServiceContext, query: ForecastQuery): AsyncGenerator<string> {
  const { tokens, billedUsd, litellmUsd, ratedUsd } = await getForecast(ctx, query)
  const amounts = Object.entries({ tokens, billed_usd: billedUsd, litellm_usd: litellmUsd, rated_usd: ratedUsd })
  yield* file(
    forecastColumns,
    amounts.flatMap(([measure, amount]) => (amount ? [{ measure, ...amount }] : [])),
  )
}
