import { sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'

/** Months that have a partition and began before a period, oldest first. */
export async function listKeptMonths(db: Db, before: number): Promise<number[]> {
  const { rows } = await db.execute<{ period: number }>(sql`
    select substring(child.relname from 8)::integer as period
    from pg_inherits join pg_class as child on child.oid = inhrelid
    where inhparent = 'events'::regclass and child.relname ~ '^events_[0-9]{6}$'`)
  return rows
    .map(({ period }) => period)
    .filter((period) => period < before)
    .sort((a, b) => a - b)
}

/** Locks all events, for as long as the transaction takes; gives up after two seconds, as everybody waits behind it. */
export async function lockEvents(db: Db): Promise<void> {
  await db.execute(sql`set local lock_timeout = '2s'`)
  await db.execute(sql`lock table only events in access exclusive mode`)
}

/** Whether anything of a month was not settled, or is on its way to the chain. Credits, below 0, are settled here. */
export async function isUnsettled(db: Db, deploymentId: string, period: number): Promise<boolean> {
  const { rows } = await db.execute(sql`
    select from meter_periods
    where deployment_id = ${deploymentId} and period = ${period} and vault_id >= 0 and tokens > settled_tokens
    union all select from readings
    where deployment_id = ${deploymentId} and period = ${period} and status in ('planned', 'submitted') limit 1`)
  return rows.length > 0
}

export async function dropMonth(db: Db, period: number): Promise<void> {
  await db.execute(sql`drop table ${sql.identifier(`events_${period}`)}`)
}
