import { and, eq, gt, inArray, isNull, or, type SQL, sql } from 'drizzle-orm'
import { creditsOf, vaultOf } from '#lib/metering/payer.ts'
import { periodOf, previousPeriod } from '#lib/period/period.ts'
import type { Db } from '#services/platform/db/client.ts'
import { keyBlocks, keyLimits, limitChecks, limits } from '#services/platform/db/schema/index.ts'
import type { LimitedKey, LimitRow } from '../store.ts'

/**
 * Accounts whose limits have to be checked: a limit is new or was changed, its window has ended, its account was used,
 * or a key is new. Null among them: the limits over all accounts. Those that follow `after` come first, then others.
 */
export async function listDueAccounts(
  db: Db,
  deploymentId: string,
  { now, most, after }: { now: Date; most: number; after: string | null | undefined },
): Promise<(string | null)[]> {
  const name = sql`coalesce(account, ${ALL_ACCOUNTS})`
  // Usage of earlier periods is in no window that is checked, but for limits in all, which the next usage brings up.
  const oldest = previousPeriod(periodOf(now))
  const { rows } = await db.execute<{ account: string | null }>(sql`
    with standing as (
      select distinct account, case when account like 'credits:%'
        then (select -number from credit_accounts where id = substr(account, 9))
        else split_part(account, ':', 2)::bigint end as vault_id
      from limits where deployment_id = ${deploymentId} and removed_at is null
    ), due as (
      select limits.account from limits left join limit_checks on limit_id = limits.id
      where deployment_id = ${deploymentId}
        and (limit_id is null or limit_checks.revision <> limits.revision or due_at <= ${now.toISOString()})
      union
      select standing.account from standing
      join meter_periods on meter_periods.deployment_id = ${deploymentId} and period >= ${oldest}
        and meter_periods.vault_id = standing.vault_id
      left join limit_cursors on limit_cursors.deployment_id = ${deploymentId}
        and limit_cursors.vault_id = meter_periods.vault_id and limit_cursors.period = meter_periods.period
      where meter_periods.event_count > coalesce(limit_cursors.event_count, 0)
      union
      select standing.account from standing
      join api_keys on api_keys.deployment_id = ${deploymentId} and key_hash is not null and status <> 'deleted'
        and api_keys.vault_id = standing.vault_id
      where not exists (select 1 from key_limits where key_id = api_keys.id)
      union
      select standing.account from standing
      join credit_months on account_id = substr(standing.account, 9) and credit_months.period >= ${oldest}
      left join limit_cursors on limit_cursors.deployment_id = ${deploymentId}
        and limit_cursors.vault_id = standing.vault_id and limit_cursors.period = -credit_months.period
      where standing.account like 'credits:%' and spent % ${WRAP} is distinct from limit_cursors.event_count
      union
      select null from (${progressOfAll(deploymentId)}) as now
      left join limit_cursors on limit_cursors.deployment_id = ${deploymentId}
        and limit_cursors.vault_id = now.vault_id and limit_cursors.period = now.period
      where exists (select 1 from standing where account is null)
        and now.event_count is distinct from limit_cursors.event_count
    )
    select account from due order by ${name} <= ${after === undefined ? '' : (after ?? ALL_ACCOUNTS)}, ${name}
    limit ${most}`)
  return rows.map(({ account }) => account)
}

/** In the order of accounts; none has such a name. */
const ALL_ACCOUNTS = 'all'
/** Stands for all payers together in the cursors, where the period is none of theirs. */
const ALL = -1
const WRAP = 2_000_000_000

/** What all payers together came to: events, and below 0, where a period of credits would stand, what credits took. */
const progressOfAll = (deploymentId: string): SQL => sql`
  select ${ALL}::bigint as vault_id, 0 as period, (coalesce(sum(event_count), 0) % ${WRAP})::int as event_count
  from meter_periods where deployment_id = ${deploymentId}
  union all
  select ${ALL}::bigint, -1, (coalesce(sum(spent), 0) % ${WRAP})::int from credit_months`

export interface Progress {
  readonly vaultId: string
  readonly period: number
  readonly eventCount: number
}

/**
 * How many events each period of an account has, or all together have. Under the negated period stands what credits
 * took in it: that is known apart from the events.
 */
export async function readProgress(db: Db, deploymentId: string, account: string | null): Promise<Progress[]> {
  const [vaultId, accountId] = account === null ? [null, null] : [vaultOf(account), creditsOf(account)]
  const number = sql`(select -number from credit_accounts where id = ${accountId})`
  const payer = vaultId === null ? number : sql`${vaultId.toString()}::bigint`
  const events = sql`
    select vault_id, period, event_count from meter_periods
    where deployment_id = ${deploymentId} and vault_id = ${payer}`
  const taken = sql`
    select ${number}, -period, (spent % ${WRAP})::int from credit_months where account_id = ${accountId}`
  const counts = account === null ? progressOfAll(deploymentId) : sql`${events} union all ${taken}`
  const { rows } = await db.execute<{ vault_id: string; period: number; event_count: number }>(counts)
  return rows.map((row) => ({ vaultId: row.vault_id, period: row.period, eventCount: row.event_count }))
}

export async function saveProgress(db: Db, deploymentId: string, progress: readonly Progress[]): Promise<void> {
  for (const { vaultId, period, eventCount } of progress) {
    await db.execute(sql`
      insert into limit_cursors (deployment_id, vault_id, period, event_count)
      values (${deploymentId}, ${vaultId}, ${period}, ${eventCount})
      on conflict (deployment_id, vault_id, period) do update set event_count = excluded.event_count`)
  }
}

/** Limits of an account that stand, and those that ended since their last check. */
export async function listToCheck(db: Db, deploymentId: string, account: string | null): Promise<LimitRow[]> {
  const rows = await db
    .select({ limit: limits })
    .from(limits)
    .leftJoin(limitChecks, eq(limitChecks.limitId, limits.id))
    .where(
      and(
        eq(limits.deploymentId, deploymentId),
        account === null ? isNull(limits.account) : eq(limits.account, account),
        sql`(${limits.removedAt} is null or ${limitChecks.revision} is distinct from ${limits.revision})`,
      ),
    )
    .orderBy(limits.createdAt, limits.id)
  return rows.map(({ limit }) => limit)
}

export async function saveChecks(db: Db, checks: readonly (typeof limitChecks.$inferInsert)[]): Promise<void> {
  if (checks.length === 0) return
  await db
    .insert(limitChecks)
    .values([...checks])
    .onConflictDoUpdate({
      target: limitChecks.limitId,
      set: {
        revision: sql`excluded.revision`,
        blocked: sql`excluded.blocked`,
        dueAt: sql`excluded.due_at`,
        checkedAt: sql`excluded.checked_at`,
      },
    })
}

/** Moves limits on keys that were replaced to the keys in their place, unless those have such a limit already. */
export async function carryOver(db: Db, deploymentId: string, account: string | null, now: Date): Promise<void> {
  const inAccount = account === null ? sql`limits.account is null` : sql`limits.account = ${account}`
  await db.execute(sql`
    update limits set value = live.id, revision = limits.revision + 1, updated_at = ${now.toISOString()}
    from api_keys as old
    join api_keys as live on live.deployment_id = old.deployment_id and live.vault_id = old.vault_id
      and live.status <> 'deleted'
    where limits.deployment_id = ${deploymentId} and ${inAccount} and limits.scope = 'key'
      and limits.removed_at is null and old.id = limits.value and old.status = 'deleted'
      and not exists (
        select 1 from limits as other where other.deployment_id = limits.deployment_id
          and other.account is not distinct from limits.account and other.scope = 'key' and other.value = live.id
          and other.metric = limits.metric and other.per = limits.per and other.kind = limits.kind
          and other.removed_at is null)`)
}

/** The keys that each limit blocks now. */
export async function listBlockedKeys(
  db: Db,
  limitIds: readonly string[],
): Promise<{ keyId: string; limitId: string }[]> {
  if (limitIds.length === 0) return []
  const rows = await db
    .select({ keyId: keyBlocks.keyId, limitId: keyBlocks.detail })
    .from(keyBlocks)
    .where(and(eq(keyBlocks.reason, 'limit'), inArray(keyBlocks.detail, [...limitIds])))
  return rows
}

/** Labels that limits refuse now, as `end_user:ann`: of an account and of all accounts together. */
export async function listRefused(db: Db, deploymentId: string, account: string): Promise<string[]> {
  const { rows } = await db.execute<{ entry: string }>(sql`
    select distinct scope || ':' || value as entry from limits join limit_checks on limit_id = limits.id
    where deployment_id = ${deploymentId} and removed_at is null and blocked and scope <> 'key'
      and (account = ${account} or account is null)`)
  return rows.map(({ entry }) => entry).toSorted()
}

/** What a hard limit stops now, until when; null: until it is raised. */
export interface Stop {
  readonly scope: LimitRow['scope']
  readonly value: string
  readonly until: Date | null
}

/**
 * What limits stop of an account, those over all accounts together among them. One whose day or month is over stops
 * nothing, though the next check may come late.
 */
export const listStops = (db: Db, deploymentId: string, account: string, now: Date): Promise<Stop[]> =>
  db
    .select({ scope: limits.scope, value: limits.value, until: limitChecks.dueAt })
    .from(limits)
    .innerJoin(limitChecks, eq(limitChecks.limitId, limits.id))
    .where(
      and(
        eq(limits.deploymentId, deploymentId),
        isNull(limits.removedAt),
        eq(limitChecks.blocked, true),
        or(isNull(limitChecks.dueAt), gt(limitChecks.dueAt, now)),
        or(isNull(limits.account), eq(limits.account, account)),
      ),
    )

/** Standing hard limits on keys, of any account. */
export async function listKeyFences(db: Db, deploymentId: string, keyIds: readonly string[]): Promise<LimitRow[]> {
  if (keyIds.length === 0) return []
  return db
    .select()
    .from(limits)
    .where(
      and(
        eq(limits.deploymentId, deploymentId),
        isNull(limits.removedAt),
        eq(limits.scope, 'key'),
        eq(limits.kind, 'hard'),
        inArray(limits.value, [...keyIds]),
      ),
    )
}

/** Live keys that carry one of the labels, or refuse one now. */
export async function listKeysWithLabels(
  db: Db,
  deploymentId: string,
  entries: readonly { readonly scope: string; readonly value: string }[],
): Promise<LimitedKey[]> {
  if (entries.length === 0) return []
  const labelsOf = (scope: string) => sql.param(entries.flatMap((each) => (each.scope === scope ? [each.value] : [])))
  const refused = sql.param(entries.map(({ scope, value }) => `${scope}:${value}`))
  const { rows } = await db.execute<{ id: string; vault_id: string; key_hash: string; masked: string | null }>(sql`
    select id, vault_id::text, key_hash, masked from api_keys
    where deployment_id = ${deploymentId} and status <> 'deleted' and key_hash is not null and (
      key_hash in (select key_hash from usage_series where deployment_id = ${deploymentId}
        and end_user <> '' and end_user = any(${labelsOf('end_user')}::text[]))
      or key_hash in (select key_hash from usage_series where deployment_id = ${deploymentId}
        and organization <> '' and organization = any(${labelsOf('organization')}::text[]))
      or id in (select key_id from key_limits where refused ?| ${refused}::text[]))`)
  return rows.map(({ id, vault_id, key_hash: keyHash, masked }) => ({
    id,
    account: `vault:${vault_id}`,
    keyHash,
    masked,
    isLive: true,
  }))
}

export type KeyLimitsRow = typeof keyLimits.$inferSelect

export async function findKeyLimits(db: Db, keyIds: readonly string[]): Promise<KeyLimitsRow[]> {
  if (keyIds.length === 0) return []
  return db
    .select()
    .from(keyLimits)
    .where(inArray(keyLimits.keyId, [...keyIds]))
    .orderBy(keyLimits.keyId)
    .for('update')
}

export async function saveKeyLimits(db: Db, row: Omit<KeyLimitsRow, 'appliedRevision'>): Promise<void> {
  const { keyId: _, ...rest } = row
  await db.insert(keyLimits).values(row).onConflictDoUpdate({ target: keyLimits.keyId, set: rest })
}

export async function readKeyLimits(db: Db, keyId: string): Promise<KeyLimitsRow | null> {
  const [row] = await db.select().from(keyLimits).where(eq(keyLimits.keyId, keyId))
  return row ?? null
}

export async function noteApplied(db: Db, keyId: string, revision: number): Promise<void> {
  await db
    .update(keyLimits)
    .set({ appliedRevision: sql`greatest(${keyLimits.appliedRevision}, ${revision})` })
    .where(eq(keyLimits.keyId, keyId))
}
