import { type SQL, sql } from 'drizzle-orm'
import { creditsOf } from '#lib/metering/payer.ts'
import { MEASURES, type Measures } from '#lib/metering/usage-measures.ts'
import { dayName } from '#lib/period/day-name.ts'
import { periodOf } from '#lib/period/period.ts'
import type { TimeCover } from '#lib/rating/time-cover.ts'
import type { TimeSlot } from '#lib/rating/time-slots.ts'
import type { Db } from '#services/platform/db/client.ts'
import { payersOf } from '#services/platform/db/payers-of.ts'
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
  // A credit account is metered under one hash whichever of its keys it used.
  key: sql`case when s.account like 'credits:%' then s.account_key else s.key_hash end`,
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
const sums = list(MEASURES.map((measure) => sql.raw(`sum(${snakeCase(measure)}) as ${snakeCase(measure)}`)))
const totals = list(MEASURES.map((measure) => sql.raw(`sum(${snakeCase(measure)})::text as "${measure}"`)))

const instant = (date: Date): SQL => sql`${date.toISOString()}::timestamptz`
/** A parameter of its final type: a list that were cast once more would be read anew for every row. */
const array = (values: readonly string[], type: 'date' | 'text' | 'timestamptz'): SQL =>
  sql`${sql.param([...values])}::${sql.raw(type)}[]`

const DAY_MS = 86_400_000
const DAY_AFTER_MS = DAY_MS - 1
const starts = (slots: readonly TimeSlot[]): SQL =>
  array(
    slots.map(({ start }) => start.toISOString()),
    'timestamptz',
  )
/** A day lies in a slot as a whole if it begins in it, as the days inside which one begins are read by their hours. */
const firstDays = (slots: readonly TimeSlot[]): SQL => {
  const days = slots.map(({ start }) => dayName(new Date(start.getTime() + DAY_AFTER_MS)))
  return array(days, 'date')
}

/** Adds `source` up: it has the columns `slot`, `grp`, `account`, `provider`, `model`, `own_key` and the measures. */
const summed = (source: SQL, { limit }: Query): SQL =>
  sql`select slot, grp as "group", account, coalesce(provider, '') as provider, model, own_key, ${totals}
    from (${source}) as source group by 1, 2, 3, 4, 5, 6 limit ${limit + 1}`

/** Whether calls of a key went to a provider on the customer's own. Vaults have no such keys. */
const isOwnKey = (keyHash: SQL, { accounts }: Query): SQL =>
  accounts?.every((account) => creditsOf(account) === null)
    ? sql`false`
    : sql`${keyHash} in (select key_hash from upstream_keys where kind = 'byok')`

/** Days by their sums, and by their hours the days that are not whole or change their price within. */
function rollups({ days, hours }: TimeCover, slots: readonly TimeSlot[], query: Query): SQL {
  const { accounts, by, every, deploymentId } = query
  const account = by === 'everything' ? NOTHING : sql`s.account`
  const chosen = accounts ? sql`and s.account = any(${array(accounts, 'text')})` : sql``
  // Each part is joined by itself: a join over their union would not go by the index of one account. Series are
  // added up before their labels are looked at, which are longer than all counts; by day there is nothing to add up
  // yet.
  const part = (table: typeof usageDaily | typeof usageHourly, slot: SQL, span: SQL) =>
    sql`select ${slot} as slot, ${ROLLED_UP[by] ?? NOTHING} as grp, ${account} as account, s.provider, s.model,
        ${isOwnKey(sql`s.key_hash`, query)} as own_key, ${every === 'day' ? columns : sums}
      from ${usageSeries} as s join ${table} as u on u.series_id = s.id
      where s.deployment_id = ${deploymentId} ${chosen} and ${span} ${every === 'day' ? sql`` : sql`group by s.id, 1`}`
  const parts = hours.map(({ from, to }) =>
    part(
      usageHourly,
      sql`width_bucket(u.hour, ${starts(slots)})`,
      sql`u.hour >= ${instant(from)} and u.hour < ${instant(to)}`,
    ),
  )
  if (days) {
    const { from, to, except } = days
    const span = sql`u.day >= ${from}::date and u.day < ${to}::date and u.day <> all(${array(except, 'date')})`
    parts.push(part(usageDaily, sql`width_bucket(u.day, ${firstDays(slots)})`, span))
  }
  return sql.join(parts, sql` union all `)
}

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
function labelled(label: SQL, slots: readonly TimeSlot[], query: Query): SQL {
  const { accounts, deploymentId, from, to } = query
  const measures = MEASURES.map((measure) => sql`${eventMeasures[measure]} as ${sql.raw(snakeCase(measure))}`)
  const chosen = accounts ? sql`and vault_id = any(${payersOf(accounts)})` : sql``
  const last = new Date(to.getTime() - 1)
  return sql`select width_bucket(started_at, ${starts(slots)}) as slot, ${label} as grp, account, provider, model,
      ${isOwnKey(sql`key_hash`, query)} as own_key, ${list(measures)} from ${events}
    where deployment_id = ${deploymentId} and ${label} is not null ${chosen}
    and period between ${periodOf(from)} and ${periodOf(last)}
    and started_at >= ${instant(from)} and started_at < ${instant(to)}`
}

/** How usage is to be read: by which days and hours, and into which slots. */
export interface ReadingPlan {
  readonly cover: TimeCover
  readonly slots: readonly TimeSlot[]
}

/** The statement that reads usage, also for looking at its plan. */
export function usageStatement(query: Query, { cover, slots }: ReadingPlan): SQL {
  const label = OF_EVENTS[query.by]
  return summed(label ? labelled(label, slots, query) : rollups(cover, slots, query), query)
}

/** Usage in groups. A row more than the limit says that there are too many. */
export async function readUsage(db: Db, query: Query, plan: ReadingPlan): Promise<PricedRow[]> {
  const { rows } = await db.execute<Record<string, string | number | boolean>>(usageStatement(query, plan))
  return rows.map((row) => {
    const slot = plan.slots[(row['slot'] as number) - 1]
    if (!slot) throw new Error('Usage was read from outside of its span.')
    const { bucket, period, segment } = slot
    return {
      bucket,
      period,
      segment,
      group: String(row['group']),
      account: String(row['account']),
      provider: String(row['provider']),
      model: String(row['model']),
      isOwnKey: row['own_key'] === true,
      measures: Object.fromEntries(MEASURES.map((measure) => [measure, BigInt(row[measure] ?? 0)])) as Measures,
    }
  })
}
