import { and, desc, eq, gt, gte, inArray, isNotNull, isNull, lte, notExists, or, sql } from 'drizzle-orm'
import { type Period, periodOf, previousPeriod } from '#lib/period/period.ts'
import type { Db } from '#services/platform/db/client.ts'
import { meterPeriods, meters, readings } from '#services/platform/db/schema/index.ts'
import type { ReadingContent, UnsettledPeriod } from './schemas.ts'

export type ReadingRow = typeof readings.$inferSelect

const OPEN = ['planned', 'submitted'] as const
const ofPeriod = (deploymentId: string, { vaultId, period }: UnsettledPeriod) =>
  and(eq(meterPeriods.deploymentId, deploymentId), eq(meterPeriods.vaultId, vaultId), eq(meterPeriods.period, period))

/** The month in which what cost nothing has to be brought to the chain too, as nothing else may come after it. */
const justOverAt = (now: Date): Period => previousPeriod(periodOf(now))

/** Whether a period has events that no sealed reading carries, also such that cost nothing. */
const isUncovered = (db: Db) =>
  notExists(
    db
      .select({ one: sql`1` })
      .from(readings)
      .where(
        and(
          eq(readings.deploymentId, meterPeriods.deploymentId),
          eq(readings.vaultId, meterPeriods.vaultId),
          eq(readings.period, meterPeriods.period),
          eq(readings.status, 'sealed'),
          gte(readings.eventCount, meterPeriods.eventCount),
        ),
      ),
  )

const hasUncovered = async (db: Db, deploymentId: string, key: UnsettledPeriod): Promise<boolean> =>
  (await db.$count(meterPeriods, and(ofPeriod(deploymentId, key), isUncovered(db)))) > 0

interface UnsettledQuery {
  readonly now: Date
  readonly upTo: Period
  readonly limit: number
  /** Only these vaults; all of them if absent. */
  readonly vaultIds: readonly bigint[] | undefined
}

/** The oldest unsettled period of each vault that has no open reading and is not backing off. */
export async function listUnsettled(
  db: Db,
  deploymentId: string,
  { now, upTo, limit, vaultIds }: UnsettledQuery,
): Promise<UnsettledPeriod[]> {
  const openReading = db
    .select({ one: sql`1` })
    .from(readings)
    .where(
      and(
        eq(readings.deploymentId, meterPeriods.deploymentId),
        eq(readings.vaultId, meterPeriods.vaultId),
        inArray(readings.status, [...OPEN]),
      ),
    )
  return db
    .selectDistinctOn([meterPeriods.vaultId], { vaultId: meterPeriods.vaultId, period: meterPeriods.period })
    .from(meterPeriods)
    .where(
      and(
        eq(meterPeriods.deploymentId, deploymentId),
        // Credit accounts, whose numbers are below 0, are paid from their balance: nothing of them goes to the chain.
        gte(meterPeriods.vaultId, 0n),
        or(
          gt(meterPeriods.tokens, meterPeriods.settledTokens),
          and(eq(meterPeriods.period, justOverAt(now)), isUncovered(db)),
        ),
        isNull(meterPeriods.closedReason),
        or(isNull(meterPeriods.planAfter), lte(meterPeriods.planAfter, now)),
        lte(meterPeriods.period, upTo),
        vaultIds ? inArray(meterPeriods.vaultId, [...vaultIds]) : undefined,
        notExists(openReading),
      ),
    )
    .orderBy(meterPeriods.vaultId, meterPeriods.period)
    .limit(limit)
}

/** The period's totals under its lock: no event can be added until the transaction ends. Null when all is settled. */
export async function lockContent(
  db: Db,
  deploymentId: string,
  { now, ...key }: UnsettledPeriod & { now: Date },
): Promise<Omit<ReadingContent, 'sequence'> | null> {
  const [locked] = await db.select().from(meterPeriods).where(ofPeriod(deploymentId, key)).for('update')
  if (!locked) return null
  const isSettled = locked.tokens <= locked.settledTokens
  if (isSettled && !(key.period === justOverAt(now) && (await hasUncovered(db, deploymentId, key)))) return null
  const rows = await db
    .select({ model: meters.model, tokens: meters.tokens })
    .from(meters)
    .where(
      and(
        eq(meters.deploymentId, deploymentId),
        eq(meters.vaultId, key.vaultId),
        eq(meters.period, key.period),
        gt(meters.tokens, 0n),
      ),
    )
    .orderBy(sql`${meters.model} collate "C"`)
  const models = rows.map(({ model, tokens }) => ({ model, tokens: tokens.toString() }))
  return { ...key, models, tokens: locked.tokens, root: locked.root, eventCount: locked.eventCount }
}

export async function lastSequence(db: Db, deploymentId: string, vaultId: bigint): Promise<bigint> {
  const [row] = await db
    .select({ sequence: readings.sequence })
    .from(readings)
    .where(and(eq(readings.deploymentId, deploymentId), eq(readings.vaultId, vaultId)))
    .orderBy(desc(readings.sequence))
    .limit(1)
  return row?.sequence ?? 0n
}

/** False when the vault has an open reading already. */
export async function insertReading(
  db: Db,
  row: ReadingContent & { id: string; deploymentId: string; createdAt: Date },
): Promise<boolean> {
  const made = await db
    .insert(readings)
    .values({ ...row, models: [...row.models], status: 'planned' })
    .onConflictDoNothing()
    .returning({ id: readings.id })
  return made.length > 0
}

export async function findOpenReadings(db: Db, deploymentId: string, ids: readonly string[]): Promise<ReadingRow[]> {
  if (ids.length === 0) return []
  return db
    .select()
    .from(readings)
    .where(
      and(eq(readings.deploymentId, deploymentId), inArray(readings.id, [...ids]), inArray(readings.status, [...OPEN])),
    )
    .orderBy(readings.createdAt, readings.vaultId)
}

export interface Submission {
  readonly txId: string
  readonly preparedHeight: number
  readonly submittedAt: Date
}

/** Writes down the transaction before it is sent. Returns the readings that were still planned. */
export async function markSubmitted(db: Db, ids: readonly string[], { txId, preparedHeight, submittedAt }: Submission) {
  const rows = await db
    .update(readings)
    .set({
      status: 'submitted',
      txId,
      submittedAt,
      txIds: sql`${readings.txIds} || ${JSON.stringify([txId])}::jsonb`,
      preparedHeight: sql`coalesce(${readings.preparedHeight}, ${preparedHeight})`,
    })
    .where(and(inArray(readings.id, [...ids]), eq(readings.status, 'planned')))
    .returning({ id: readings.id })
  return rows.map(({ id }) => id)
}

/** Back to planned: what was sent changed nothing, or was never seen. */
export async function replan(db: Db, ids: readonly string[], error: string): Promise<void> {
  if (ids.length === 0) return
  await db
    .update(readings)
    .set({ status: 'planned', attempts: sql`${readings.attempts} + 1`, error: error.slice(0, 2_000) })
    .where(and(inArray(readings.id, [...ids]), inArray(readings.status, [...OPEN])))
}

type Ending = Partial<Pick<ReadingRow, 'txId' | 'usd' | 'expectedUsd' | 'dueUsd' | 'flow' | 'alarm' | 'error'>>

/** False when it was ended before. */
export async function endReading(
  db: Db,
  id: string,
  ending: Ending & { status: 'sealed' | 'failed'; finishedAt: Date },
): Promise<boolean> {
  const ended = await db
    .update(readings)
    .set(ending)
    .where(and(eq(readings.id, id), inArray(readings.status, [...OPEN])))
    .returning({ id: readings.id })
  return ended.length > 0
}

export async function settlePeriod(db: Db, deploymentId: string, reading: ReadingRow): Promise<void> {
  await db
    .update(meterPeriods)
    .set({ settledTokens: reading.tokens, refusals: 0, planAfter: null })
    .where(ofPeriod(deploymentId, reading))
}

export async function countRefusals(db: Db, deploymentId: string, key: UnsettledPeriod): Promise<number> {
  const [row] = await db
    .select({ refusals: meterPeriods.refusals })
    .from(meterPeriods)
    .where(ofPeriod(deploymentId, key))
  return row?.refusals ?? 0
}

/** No reading of the period is planned before `planAfter`, or ever again when it is closed. */
export async function holdPeriod(
  db: Db,
  deploymentId: string,
  key: UnsettledPeriod,
  hold: { refusals: number; planAfter: Date } | { closedReason: string },
): Promise<void> {
  await db.update(meterPeriods).set(hold).where(ofPeriod(deploymentId, key))
}

/** The newest reading of each vault. */
export const listLastReadings = (db: Db, deploymentId: string, vaultIds: readonly bigint[]): Promise<ReadingRow[]> =>
  db
    .selectDistinctOn([readings.vaultId])
    .from(readings)
    .where(and(eq(readings.deploymentId, deploymentId), inArray(readings.vaultId, [...vaultIds])))
    .orderBy(readings.vaultId, desc(readings.sequence))

/** How many readings stand where; those that ended are counted from `since` on, those with an alarm for ever. */
export async function countReadings(db: Db, deploymentId: string, since: Date) {
  const of = eq(readings.deploymentId, deploymentId)
  const count = (...conditions: Parameters<typeof and>) => db.$count(readings, and(of, ...conditions))
  const [planned, submitted, sealed, failed, alarms] = await Promise.all([
    count(eq(readings.status, 'planned')),
    count(eq(readings.status, 'submitted')),
    count(eq(readings.status, 'sealed'), gt(readings.finishedAt, since)),
    count(eq(readings.status, 'failed'), gt(readings.finishedAt, since)),
    count(isNotNull(readings.alarm)),
  ])
  return { planned, submitted, sealed, failed, alarms }
}

/** When the oldest billable call arrived that no sealed reading carries. */
export async function oldestUnsettled(db: Db, deploymentId: string): Promise<Date | null> {
  const { rows } = await db.execute<{ oldest: string | null }>(sql`
    select min(first.received_at) as oldest
    from meter_periods p
    left join lateral (
      select event_count from readings r
      where r.deployment_id = p.deployment_id and r.vault_id = p.vault_id and r.period = p.period
        and r.status = 'sealed'
      order by r.sequence desc limit 1
    ) settled on true
    join lateral (
      select received_at from events e
      where e.deployment_id = p.deployment_id and e.vault_id = p.vault_id and e.period = p.period
        and e.ordinal >= coalesce(settled.event_count, 0) and e.billable_tokens > 0
      order by e.ordinal limit 1
    ) first on true
    where p.deployment_id = ${deploymentId} and p.vault_id >= 0 and p.tokens > p.settled_tokens
      and p.closed_reason is null`)
  const oldest = rows[0]?.oldest
  return oldest ? new Date(oldest) : null
}

/** Billable tokens that no sealed reading carries, by vault, over all periods that can still settle. */
export async function unsettledTokens(
  db: Db,
  deploymentId: string,
  vaultIds: readonly bigint[],
): Promise<Map<bigint, bigint>> {
  const rows = await db
    .select({
      vaultId: meterPeriods.vaultId,
      tokens: sql<string>`sum(greatest(${meterPeriods.tokens} - ${meterPeriods.settledTokens}, 0))`,
    })
    .from(meterPeriods)
    .where(
      and(
        eq(meterPeriods.deploymentId, deploymentId),
        inArray(meterPeriods.vaultId, [...vaultIds]),
        isNull(meterPeriods.closedReason),
      ),
    )
    .groupBy(meterPeriods.vaultId)
  return new Map(rows.map(({ vaultId, tokens }) => [vaultId, BigInt(tokens)]))
}
