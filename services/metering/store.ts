import { and, desc, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm'
import type { Road } from '#lib/metering/usage-event.ts'
import { EMPTY_FRONTIER } from '#lib/merkle/frontier.ts'
import { EMPTY_ROOT } from '#lib/merkle/hash.ts'
import type { Db } from '#services/platform/db/client.ts'
import { deadLetters, eventIdentities, events, meterPeriods, meters } from '#services/platform/db/schema/index.ts'
import type { KnownCall } from './drop-known.ts'
import type { Appended, PeriodState, PlacedEvent } from './append.ts'

export interface PeriodKey {
  readonly vaultId: bigint
  readonly period: number
}

export const periodKey = ({ vaultId, period }: PeriodKey): string => `${vaultId}/${period}`

/** Lowest vault first: every transaction takes its locks in the same order, so none waits in a circle. */
const inOrder = (keys: readonly PeriodKey[]): PeriodKey[] =>
  [...keys].sort((a, b) => (a.vaultId === b.vaultId ? a.period - b.period : a.vaultId < b.vaultId ? -1 : 1))

/** Makes the months' partitions. Never inside a transaction that holds other locks. */
export async function ensurePartitions(db: Db, periods: readonly number[]): Promise<void> {
  for (const period of new Set(periods)) await db.execute(sql`select ensure_event_partition(${period})`)
}

/** Locks the periods until the transaction ends, making the rows that are missing, and reads their state. */
export async function lockPeriods(
  db: Db,
  deploymentId: string,
  keys: readonly PeriodKey[],
): Promise<Map<string, PeriodState>> {
  const ordered = inOrder(keys)
  const fresh = { deploymentId, frontier: EMPTY_FRONTIER, root: EMPTY_ROOT }
  await db
    .insert(meterPeriods)
    .values(ordered.map((key) => ({ ...fresh, ...key })))
    .onConflictDoNothing()
  const chosen = or(
    ...ordered.map(({ vaultId, period }) => and(eq(meterPeriods.vaultId, vaultId), eq(meterPeriods.period, period))),
  )
  const locked = await db
    .select()
    .from(meterPeriods)
    .where(and(eq(meterPeriods.deploymentId, deploymentId), chosen))
    .orderBy(meterPeriods.vaultId, meterPeriods.period)
    .for('update')
  const models = await billedModels(db, deploymentId, ordered)
  return new Map(
    locked.map(({ vaultId, period, frontier, tokens }) => {
      const key = periodKey({ vaultId, period })
      return [key, { vaultId, period, frontier, tokens, billedModels: models.get(key) ?? new Set<string>() }]
    }),
  )
}

async function billedModels(
  db: Db,
  deploymentId: string,
  keys: readonly PeriodKey[],
): Promise<Map<string, Set<string>>> {
  const chosen = or(...keys.map(({ vaultId, period }) => and(eq(meters.vaultId, vaultId), eq(meters.period, period))))
  const rows = await db
    .select({ vaultId: meters.vaultId, period: meters.period, model: meters.model })
    .from(meters)
    .where(and(eq(meters.deploymentId, deploymentId), gt(meters.tokens, 0n), chosen))
  const found = new Map<string, Set<string>>()
  for (const row of rows) {
    const key = periodKey(row)
    found.set(key, (found.get(key) ?? new Set()).add(row.model))
  }
  return found
}

/** What is stored under these identities. */
export async function findKnownCalls(db: Db, ids: readonly string[]): Promise<Map<string, KnownCall>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .select({
      id: eventIdentities.id,
      startedAt: eventIdentities.startedAt,
      billableTokens: eventIdentities.billableTokens,
    })
    .from(eventIdentities)
    .where(sql`${eventIdentities.id} = any(${sql.param([...ids])})`)
  return new Map(rows.map(({ id, ...call }) => [id, call]))
}

interface Origin {
  readonly deploymentId: string
  readonly road: Road
  readonly receivedAt: Date
}

function eventRow({ candidate, ordinal }: PlacedEvent, origin: Origin): typeof events.$inferInsert {
  const { event, identity, vaultId, period, billableTokens } = candidate
  const { id: _, inputTokens, outputTokens, latencyMs, ...facts } = event
  return {
    ...facts,
    ...origin,
    id: identity,
    vaultId,
    period,
    ordinal,
    account: `vault:${vaultId}`,
    billableTokens,
    inputTokens,
    outputTokens,
    latencyMs: latencyMs ?? null,
  }
}

function identityRow({ candidate, ordinal, leafHash }: PlacedEvent, deploymentId: string) {
  const { identity: id, vaultId, period, billableTokens, event } = candidate
  return { id, deploymentId, vaultId, period, ordinal, leafHash, startedAt: event.startedAt, billableTokens }
}

const toSnakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** One parameter for all rows: thousands of single ones would cost more than the insert itself. */
async function insertEvents(db: Db, rows: readonly (typeof events.$inferInsert)[]): Promise<void> {
  const records = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [toSnakeCase(name), typeof value === 'bigint' ? `${value}` : value]),
    ),
  )
  await db.execute(
    sql`insert into events select * from jsonb_populate_recordset(null::events, ${JSON.stringify(records)}::jsonb)`,
  )
}

/** Writes what was appended to the locked periods: events, meters by model, and the periods themselves. */
export async function saveAppended(db: Db, appended: readonly Appended[], origin: Origin): Promise<void> {
  const { deploymentId, receivedAt } = origin
  const changed = appended.filter(({ placed }) => placed.length > 0)
  if (changed.length === 0) return
  const placed = changed.flatMap((part) => part.placed)
  await insertEvents(
    db,
    placed.map((event) => eventRow(event, origin)),
  )
  await db.insert(eventIdentities).values(placed.map((event) => identityRow(event, deploymentId)))
  const changes = changed.flatMap(({ state: { vaultId, period }, changes: rows }) =>
    rows.map((row) => ({ deploymentId, vaultId, period, ...row })),
  )
  await db
    .insert(meters)
    .values(changes)
    .onConflictDoUpdate({
      target: [meters.deploymentId, meters.vaultId, meters.period, meters.model],
      set: {
        tokens: sql`${meters.tokens} + excluded.tokens`,
        requests: sql`${meters.requests} + excluded.requests`,
      },
    })
  const states = changed.map(({ state: { vaultId, period, frontier, tokens }, root }) => ({
    deploymentId,
    vaultId,
    period,
    frontier,
    tokens,
    root,
    eventCount: frontier.size,
    updatedAt: receivedAt,
  }))
  await db
    .insert(meterPeriods)
    .values(states)
    .onConflictDoUpdate({
      target: [meterPeriods.deploymentId, meterPeriods.vaultId, meterPeriods.period],
      set: {
        frontier: sql`excluded.frontier`,
        tokens: sql`excluded.tokens`,
        root: sql`excluded.root`,
        eventCount: sql`excluded.event_count`,
        updatedAt: sql`excluded.updated_at`,
      },
    })
}

export type DeadLetterRow = typeof deadLetters.$inferSelect

/** Keeps what could not be stored. The same item for the same reason is kept once. */
export async function insertDeadLetters(db: Db, rows: readonly (typeof deadLetters.$inferInsert)[]): Promise<void> {
  if (rows.length === 0) return
  await db
    .insert(deadLetters)
    .values([...rows])
    .onConflictDoNothing({ target: deadLetters.fingerprint })
}

export const countOpenDeadLetters = (db: Db): Promise<number> => db.$count(deadLetters, isNull(deadLetters.resolvedAt))

export const listOpenDeadLetters = (db: Db, limit: number): Promise<DeadLetterRow[]> =>
  db
    .select()
    .from(deadLetters)
    .where(isNull(deadLetters.resolvedAt))
    .orderBy(deadLetters.receivedAt, deadLetters.id)
    .limit(limit)

export async function resolveDeadLetters(db: Db, ids: readonly bigint[], resolvedAt: Date): Promise<void> {
  if (ids.length === 0) return
  await db
    .update(deadLetters)
    .set({ resolvedAt, resolution: 'replayed' })
    .where(inArray(deadLetters.id, [...ids]))
}

export type MeterRow = typeof meters.$inferSelect

export const listMeters = (
  db: Db,
  deploymentId: string,
  vaultIds: readonly bigint[],
  period: number,
): Promise<MeterRow[]> =>
  db
    .select()
    .from(meters)
    .where(
      and(eq(meters.deploymentId, deploymentId), inArray(meters.vaultId, [...vaultIds]), eq(meters.period, period)),
    )

const recentFields = {
  id: events.id,
  vaultId: events.vaultId,
  model: events.model,
  startedAt: events.startedAt,
  inputTokens: events.inputTokens,
  outputTokens: events.outputTokens,
  billableTokens: events.billableTokens,
  status: events.status,
  cacheHit: events.cacheHit,
}

const recentOf = (db: Db, deploymentId: string, vaultId: bigint, limit: number) =>
  db
    .select(recentFields)
    .from(events)
    .where(and(eq(events.deploymentId, deploymentId), eq(events.vaultId, vaultId)))
    .orderBy(desc(events.startedAt), desc(events.ordinal))
    .limit(limit)

/** One call as a list shows it. */
export type RecentEvent = Awaited<ReturnType<typeof recentOf>>[number]

/** The newest calls of each vault, newest first. */
export async function listRecentEvents(
  db: Db,
  deploymentId: string,
  vaultIds: readonly bigint[],
  limit: number,
): Promise<RecentEvent[]> {
  const lists = await Promise.all(vaultIds.map((vaultId) => recentOf(db, deploymentId, vaultId, limit)))
  return lists.flat()
}
