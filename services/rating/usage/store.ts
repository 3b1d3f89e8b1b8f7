import { type SQL, sql } from 'drizzle-orm'
import { MEASURES, type Measures } from '#lib/metering/usage-measures.ts'
import { periodOf } from '#lib/period/period.ts'
import type { TimeCover } from '#lib/rating/time-cover.ts'
import type { Db } from '#services/platform/db/client.ts'
import { events, usageDaily, usageHourly, usageSeries } from '#services/platform/db/schema/index.ts'
import type { UsageGroup, UsageQuery, UsageRow } from './schemas.ts'

type Query = UsageQuery & { readonly deploymentId: string }

/** Usage under one price: `segment` counts the switches before it. */
export type PricedRow = UsageRow & { readonly segment: number }

const NOTHING = sql`''::text`
const ROLLED_UP: Partial<Record<UsageGroup, SQL>> = {
  everything: NOTHING,
  account: sql`s.account`,
  feature: sql`s.feature`,
  key: sql`s.key_hash`,
  model: sql`s.model`,
  organisation: sql`s.organization`,
  user: sql`s.end_user`,
}
const OF_EVENTS: Partial<Record<UsageGroup, SQL>> = {
  agent: sql`agent`,
  conversation: sql`conversation`,
  team: sql`team`,
}

const list = (parts: readonly SQL[]): SQL => sql.join([...parts], sql`, `)
const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const columns = list(MEASURES.map((measure) => sql.raw(snakeCase(measure))))
const sums = list(MEASURES.map((measure) => sql.raw(`sum(${snakeCase(measure)})::text as "${measure}"`)))

const instant = (date: Date): SQL => sql`${date.toISOString()}::timestamptz`
const texts = (values: readonly string[]): SQL => sql`${sql.param([...values])}::text[]`
const instants = (dates: readonly Date[]): SQL => sql`${texts(dates.map((date) => date.toISOString()))}::timestamptz[]`

/** Adds `source` up: it has the columns `at`, `grp`, `account`, `provider`, `model` and the measures. */
function summed(source: SQL, { every, from, limit }: Query, switches: readonly Date[]): SQL {
  const day = sql`(at at time zone 'UTC')`
  const first = from.toISOString().slice(0, 10)
  const bucket = every === 'all' ? sql`${first}::date` : sql`date_trunc(${every}, ${day})::date`
  return sql`select ${bucket}::text as bucket, grp as "group", account, to_char(${day}, 'YYYYMM')::int as period,
    coalesce(provider, '') as provider, model, width_bucket(at, ${instants(switches)}) as segment, ${sums}
    from (${source}) as source group by 1, 2, 3, 4, 5, 6, 7 limit ${limit + 1}`
}

/** Days by their sums, and by their hours the days that are not whole or change their price within. */
function rollups({ days, hours }: TimeCover, group: SQL, { accounts, by, deploymentId }: Query): SQL {
  const account = by === 'everything' ? NOTHING : sql`s.account`
  const chosen = accounts ? sql`and s.account = any(${texts(accounts)})` : sql``
  // Each part is joined by itself: a join over their union would not go by the index of one account.
  const part = (table: typeof usageDaily | typeof usageHourly, at: SQL, span: SQL) =>
    sql`select ${at} as at, ${group} as grp, ${account} as account, s.provider, s.model, ${columns}
      from ${usageSeries} as s join ${table} as u on u.series_id = s.id
      where s.deployment_id = ${deploymentId} ${chosen} and ${span}`
  const parts = hours.map(({ from, to }) =>
    part(usageHourly, sql`u.hour`, sql`u.hour >= ${instant(from)} and u.hour < ${instant(to)}`),
  )
  if (days) {
    const { from, to, except } = days
    const span = sql`u.day >= ${from}::date and u.day < ${to}::date and u.day <> all(${texts(except)}::date[])`
    parts.push(part(usageDaily, sql`u.day::timestamp at time zone 'UTC'`, span))
  }
  return sql.join(parts, sql` union all `)
}

const VAULT = 'vault:'
const vaultsOf = (accounts: readonly string[]): string[] =>
  accounts.filter((account) => account.startsWith(VAULT)).map((account) => account.slice(VAULT.length))

const counted = sql`status = 'success' and not cache_hit`
const tokensOf = (name: string): SQL => sql`case when ${counted} then coalesce(${sql.raw(name)}, 0) else 0 end`
const eventMeasures: Record<keyof Measures, SQL> = {
  requests: sql`1`,
  failures: sql`(status = 'failure')::int`,
  cacheHits: sql`(status = 'success' and cache_hit)::int`,
  inputTokens: tokensOf('input_tokens'),
  outputTokens: tokensOf('output_tokens'),
  cachedTokens: tokensOf('cached_tokens'),
  cacheWriteTokens: tokensOf('cache_write_tokens'),
  reasoningTokens: tokensOf('reasoning_tokens'),
  billableTokens: sql`billable_tokens`,
  litellmCost: tokensOf('litellm_cost'),
  costUnknown: sql`(${counted} and litellm_cost is null)::int`,
  costZero: sql`(${counted} and litellm_cost = 0 and billable_tokens > 0)::int`,
}

/** The events that carry a label, one by one. */
function labelled(label: SQL, { accounts, deploymentId, from, to }: Query): SQL {
  const measures = MEASURES.map((measure) => sql`${eventMeasures[measure]} as ${sql.raw(snakeCase(measure))}`)
  const chosen = accounts ? sql`and vault_id = any(${texts(vaultsOf(accounts))}::bigint[])` : sql``
  const last = new Date(to.getTime() - 1)
  return sql`select started_at as at, ${label} as grp, account, provider, model, ${list(measures)} from ${events}
    where deployment_id = ${deploymentId} and ${label} is not null ${chosen}
    and period between ${periodOf(from)} and ${periodOf(last)}
    and started_at >= ${instant(from)} and started_at < ${instant(to)}`
}

/** The statement that reads usage, also for looking at its plan. */
export function usageStatement(query: Query, cover: TimeCover, switches: readonly Date[]): SQL {
  const label = OF_EVENTS[query.by]
  if (label) return summed(labelled(label, query), query, switches)
  return summed(rollups(cover, ROLLED_UP[query.by] ?? sql`s.account`, query), query, switches)
}

/** Usage in groups. A row more than the limit says that there are too many. */
export async function readUsage(
  db: Db,
  query: Query,
  cover: TimeCover,
  switches: readonly Date[],
): Promise<PricedRow[]> {
  const { rows } = await db.execute<Record<string, string | number>>(usageStatement(query, cover, switches))
  return rows.map((row) => ({
    bucket: String(row['bucket']),
    group: String(row['group']),
    account: String(row['account']),
    period: row['period'] as number,
    provider: String(row['provider']),
    model: String(row['model']),
    segment: row['segment'] as number,
    measures: Object.fromEntries(MEASURES.map((measure) => [measure, BigInt(row[measure] ?? 0)])) as Measures,
  }))
}
