import { and, eq, lte, sql } from 'drizzle-orm'
import type { KeyBlockReason } from '#lib/keys/key-blocks.ts'
import type { Period } from '#lib/period/period.ts'
import type { Db } from '#services/platform/db/client.ts'
import { arraysOf, type Column, namesOf, rowsFrom } from '#services/platform/db/rows-of.ts'
import { vaultHolds } from '#services/platform/db/schema/index.ts'
import { run, type Statement } from '#services/platform/db/statement.ts'

/** A vault's report as it was written down, with the terms that were. Bigints as text. */
export interface ReportRow {
  vault_id: string
  owner: string
  status: 'active' | 'paused' | 'closing' | 'closed'
  balance: string
  accrued: string
  uncovered: string
  credit_usd: string
  period: number | null
  charged_usd: string
  cap_usd: string | null
  pending_cap_usd: string | null
  return_asked: boolean
  return_amount: string | null
  expires_at: string | null
  paused_from: string | null
  settled: Record<string, string>
  read_at: string
  usd_per_flow: string | null
  settle_delay_ms: number
  terms_read_at: string
  followed_at: string | null
}

const lockReportsText: Statement = {
  name: 'vault_holds.lock_reports',
  text: `
    select r.*, t.usd_per_flow, t.settle_delay_ms, t.read_at as terms_read_at, t.followed_at
    from vault_reports r join chain_terms t using (deployment_id)
    where r.deployment_id = $1 and r.vault_id = any ($2::bigint[])
    order by r.vault_id for no key update of r`,
}

/** Locks the vaults until the transaction ends, in the order of their numbers; one that was never read is absent. */
export const lockReports = (db: Db, deploymentId: string, vaultIds: readonly bigint[]): Promise<ReportRow[]> =>
  run<ReportRow>(db, lockReportsText, [deploymentId, arrayOf(vaultIds)])

/** Everything else that a batch is decided by. Bigints as text. */
export interface Standing {
  /** Open holds, those that the same models may answer in one; null: whichever answers. */
  held: { vault: string; models: string[] | null; amount: string; requests: number }[] | null
  used: { vault: string; period: number; model: string; tokens: string }[] | null
  keys: { vault: string; hash: string | null; maker: string; made_at: string; blocks: KeyBlockReason[] | null }[] | null
  holds: { id: string; vault: string; amount: string; isHeld: boolean }[] | null
  /** Of requests whose event is stored already: the event's identity, that of a failure with its mark. */
  metered: string[] | null
}

/**
 * One statement, so one moment: an event is stored and its hold ended in one transaction, and what is seen here is
 * either before it or after it.
 */
const readStandingText: Statement = {
  name: 'vault_holds.read_standing',
  text: `
    select
      (select json_agg(t) from (
        select vault_id::text as vault,
          case when model is null then facts -> 'models' else jsonb_build_array(model) end as models,
          sum(amount)::text as amount, count(*)::int as requests
        from vault_holds where deployment_id = $1 and vault_id = any ($2::bigint[]) and state = 'held'
        group by vault_id, models
      ) t) as held,
      (select json_agg(t) from (
        select vault_id::text as vault, period, model, meters.tokens::text as tokens
        from meters join meter_periods using (deployment_id, vault_id, period)
        where deployment_id = $1 and vault_id = any ($2::bigint[]) and period >= $3
          and meters.tokens > 0 and closed_reason is null
      ) t) as used,
      (select json_agg(t) from (
        select vault_id::text as vault, key_hash as hash, created_by as maker, created_at as made_at,
          (select json_agg(distinct reason) from key_blocks where key_id = api_keys.id) as blocks
        from api_keys
        where deployment_id = $1 and vault_id = any ($2::bigint[]) and status <> 'deleted'
      ) t) as keys,
      (select json_agg(t) from (
        select id, vault_id::text as vault, amount::text as amount, state = 'held' as "isHeld"
        from vault_holds where id = any ($4::text[])
      ) t) as holds,
      (select json_agg(id) from event_identities where id = any ($5::text[])) as metered`,
}

const NOTHING: Standing = { held: null, used: null, keys: null, holds: null, metered: null }

export async function readStanding(
  db: Db,
  deploymentId: string,
  { vaultIds, ids, from }: { vaultIds: readonly bigint[]; ids: readonly string[]; from: Period },
): Promise<Standing> {
  const identities = ids.flatMap((id) => [id, `${id}:failure`])
  const given = [deploymentId, arrayOf(vaultIds), from, ids, identities]
  const [row] = await run<Standing>(db, readStandingText, given)
  return row ?? NOTHING
}

const arrayOf = (ids: readonly bigint[]): string => `{${ids.join(',')}}`

export interface NewHold {
  readonly id: string
  readonly vaultId: bigint
  readonly keyHash: string
  readonly model: string | null
  readonly tokens: bigint
  readonly amount: bigint
  readonly facts: Readonly<Record<string, unknown>>
  readonly createdAt: Date
  readonly expiresAt: Date
}

const columns: readonly Column<NewHold>[] = [
  ['id', 'text', ({ id }) => id],
  ['vault_id', 'bigint', ({ vaultId }) => vaultId],
  ['key_hash', 'text', ({ keyHash }) => keyHash],
  ['model', 'text', ({ model }) => model],
  ['tokens', 'bigint', ({ tokens }) => tokens],
  ['amount', 'bigint', ({ amount }) => amount],
  ['facts', 'jsonb', ({ facts }) => JSON.stringify(facts)],
  ['created_at', 'timestamptz', ({ createdAt }) => createdAt.toISOString()],
  ['expires_at', 'timestamptz', ({ expiresAt }) => expiresAt.toISOString()],
]

const insertAll: Statement = {
  name: 'vault_holds.insert',
  text: `
    insert into vault_holds (deployment_id, state, ${namesOf(columns)})
    select $1, 'held', * from ${rowsFrom(columns, 2)}`,
}

export async function insertHolds(db: Db, deploymentId: string, rows: readonly NewHold[]): Promise<void> {
  if (rows.length > 0) await run(db, insertAll, [deploymentId, ...arraysOf(rows, columns)])
}

const endOne: Statement = {
  name: 'vault_holds.void',
  text: `
    update vault_holds set state = 'void', ended_at = $2
    where id = $1 and state = 'held' returning id`,
}

/** False when it isn't open. */
export const voidHold = async (db: Db, id: string, endedAt: Date): Promise<boolean> =>
  (await run(db, endOne, [id, endedAt.toISOString()])).length > 0

/** Keys with open holds whose time is over. */
export async function listOverdueKeys(db: Db, deploymentId: string, now: Date): Promise<string[]> {
  const rows = await db
    .selectDistinct({ keyHash: vaultHolds.keyHash })
    .from(vaultHolds)
    .where(and(eq(vaultHolds.deploymentId, deploymentId), eq(vaultHolds.state, 'held'), lte(vaultHolds.expiresAt, now)))
  return rows.map(({ keyHash }) => keyHash)
}

/**
 * Ends a key's overdue holds of calls up to a time: as posted, those with an event, else as expired; but none whose
 * usage, above the hold, waits for an operator. How many.
 */
export async function expireHolds(db: Db, keyHash: string, { now, placedUpTo }: { now: Date; placedUpTo: Date }) {
  const { rows } = await db.execute(sql`
    update vault_holds set ended_at = ${now.toISOString()}, state = case
      when exists (select from event_identities e where e.id in (vault_holds.id, vault_holds.id || ':failure'))
      then 'posted' else 'expired' end
    where state = 'held' and id in (
      select id from vault_holds
      where key_hash = ${keyHash} and state = 'held'
        and expires_at <= ${now.toISOString()} and created_at <= ${placedUpTo.toISOString()}
        and not exists (
          select from dead_letters
          where resolved_at is null and reason = 'above_hold' and payload->>'id' = vault_holds.id)
      order by id for update
    ) returning id`)
  return rows.length
}

/** Forgets holds that ended before a time; their requests' events stay. */
export async function deleteEndedHolds(db: Db, before: Date, limit: number): Promise<number> {
  const { rows } = await db.execute(sql`
    delete from vault_holds where id in (
      select id from vault_holds where state <> 'held' and ended_at < ${before.toISOString()} limit ${limit}
    ) returning id`)
  return rows.length
}
