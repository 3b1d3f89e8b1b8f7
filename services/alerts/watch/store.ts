import { and, desc, eq, gte, isNotNull, sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { alertCursors, readings } from '#services/platform/db/schema/index.ts'

/** Settlements of late in which chain and this side disagree. */
export const listAlarms = (db: Db, deploymentId: string, since: Date) =>
  db
    .select({ id: readings.id, vaultId: readings.vaultId, period: readings.period, alarm: readings.alarm })
    .from(readings)
    .where(and(eq(readings.deploymentId, deploymentId), isNotNull(readings.alarm), gte(readings.finishedAt, since)))
    .orderBy(desc(readings.finishedAt))
    .limit(100)

/** Readings on their way to the chain for long, and periods whose readings are refused again and again. */
export async function countStuck(
  db: Db,
  deploymentId: string,
  { plannedBefore, refusals }: { plannedBefore: Date; refusals: number },
): Promise<number> {
  const { rows } = await db.execute<{ stuck: number }>(sql`
    select (select count(*) from readings where deployment_id = ${deploymentId}
        and status in ('planned', 'submitted') and created_at < ${plannedBefore.toISOString()})::int
      + (select count(*) from meter_periods where deployment_id = ${deploymentId}
        and closed_reason is null and tokens > settled_tokens and refusals >= ${refusals})::int as stuck`)
  return rows[0]?.stuck ?? 0
}

/** Usage that no reading can bill any more, newest first: why, and how many tokens. */
export async function listUnbilled(
  db: Db,
  deploymentId: string,
): Promise<{ vaultId: string; period: number; reason: string; tokens: string }[]> {
  const { rows } = await db.execute<{ vaultId: string; period: number; reason: string; tokens: string }>(sql`
    select vault_id::text as "vaultId", period, closed_reason as reason, (tokens - settled_tokens)::text as tokens
    from meter_periods
    where deployment_id = ${deploymentId} and vault_id >= 0 and closed_reason is not null and tokens > settled_tokens
    order by period desc, vault_id limit 100`)
  return rows
}

export interface AccountTokens {
  readonly account: string
  readonly tokens: bigint
}

/** Accounts that used more billable tokens than this on a UTC day, most first. */
export async function listHeavyAccounts(
  db: Db,
  deploymentId: string,
  { day, above }: { day: string; above: bigint },
): Promise<AccountTokens[]> {
  const { rows } = await db.execute<{ account: string; tokens: string }>(sql`
    select account, sum(billable_tokens)::text as tokens
    from usage_daily join usage_series on usage_series.id = series_id
    where day = ${day} and deployment_id = ${deploymentId}
    group by account having sum(billable_tokens) > ${above.toString()}::numeric
    order by sum(billable_tokens) desc, account limit 100`)
  return rows.map(({ account, tokens }) => ({ account, tokens: BigInt(tokens) }))
}

export interface HourOfAccount extends AccountTokens {
  /** Billable tokens of the same hour of each earlier day since the account's first, at most so many days. */
  readonly history: readonly bigint[]
}

/** Accounts with at least so many billable tokens in an hour, with what the same hour of earlier days had. */
export async function listBusyHours(
  db: Db,
  deploymentId: string,
  { hour, days, least }: { hour: Date; days: number; least: bigint },
): Promise<HourOfAccount[]> {
  const now = sql`${hour.toISOString()}::timestamptz`
  const { rows } = await db.execute<{ account: string; tokens: string; history: string[] | null }>(sql`
    with busy as (
      select account, sum(billable_tokens) as tokens
      from usage_hourly join usage_series on usage_series.id = series_id
      where hour = ${now} and deployment_id = ${deploymentId}
      group by account having sum(billable_tokens) >= ${least.toString()}::numeric
    ), earlier as (
      select busy.account, n, ${now} - make_interval(days => n) as hour
      from busy cross join generate_series(1, ${days}::int) as n
      where ${now} - make_interval(days => n) >= (
        select min(day) from usage_daily join usage_series on usage_series.id = series_id
        where deployment_id = ${deploymentId} and account = busy.account)
    ), past as (
      select earlier.account, n, coalesce((
        select sum(billable_tokens) from usage_hourly join usage_series on usage_series.id = series_id
        where deployment_id = ${deploymentId} and usage_series.account = earlier.account
          and usage_hourly.hour = earlier.hour), 0) as tokens
      from earlier
    )
    select account, tokens::text,
      (select array_agg(past.tokens::text order by n) from past where past.account = busy.account) as history
    from busy order by account`)
  return rows.map(({ account, tokens, history }) => ({
    account,
    tokens: BigInt(tokens),
    history: (history ?? []).map(BigInt),
  }))
}

export async function readCursor(db: Db, name: string): Promise<number | null> {
  const [row] = await db.select().from(alertCursors).where(eq(alertCursors.name, name))
  return row?.height ?? null
}

/** Never backwards. */
export async function saveCursor(db: Db, name: string, height: number): Promise<void> {
  await db
    .insert(alertCursors)
    .values({ name, height })
    .onConflictDoUpdate({
      target: alertCursors.name,
      set: { height: sql`greatest(${alertCursors.height}, excluded.height)` },
    })
}
