import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import { EMPTY_FRONTIER, type Frontier } from '#lib/merkle/frontier.ts'
import { EMPTY_ROOT } from '#lib/merkle/hash.ts'
import type { Db } from '#services/platform/db/client.ts'
import { type Column, namesOf, rowsOf } from '#services/platform/db/rows-of.ts'
import { eventIdentities, events, meters } from '#services/platform/db/schema/index.ts'
import type { Appended, PeriodState, PlacedEvent } from './append.ts'
import type { KnownCall } from './drop-known.ts'
import { eventColumns, identityColumns, type Origin } from './event-columns.ts'

export interface PeriodKey {
  readonly vaultId: bigint
  readonly period: number
}

export const periodKey = ({ vaultId, period }: PeriodKey): string => `${vaultId}/${period}`

/** Lowest vault first: every transaction takes its locks in the same order, so none waits in a circle. */
const inOrder = (keys: readonly PeriodKey[]): PeriodKey[] =>
  [...keys].sort((a, b) => (a.vaultId === b.vaultId ? a.period - b.period : a.vaultId < b.vaultId ? -1 : 1))

const keyColumns: readonly Column<PeriodKey>[] = [
  ['vault_id', 'bigint', ({ vaultId }) => vaultId],
  ['period', 'integer', ({ period }) => period],
]

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
  const given = rowsOf(inOrder(keys), keyColumns)
  await db.execute(sql`
    insert into meter_periods (deployment_id, vault_id, period, frontier, root)
    select ${deploymentId}, vault_id, period, ${JSON.stringify(EMPTY_FRONTIER)}::jsonb, ${EMPTY_ROOT} from ${given}
    on conflict do nothing`)
  const { rows } = await db.execute<{ vault_id: string; period: number; frontier: Frontier; tokens: string }>(sql`
    select vault_id, period, frontier, tokens from meter_periods
    where deployment_id = ${deploymentId} and (vault_id, period) in (select vault_id, period from ${given})
    order by vault_id, period for update`)
  const models = await billedModels(db, deploymentId, keys)
  return new Map(
    rows.map(({ vault_id, period, frontier, tokens }) => {
      const key = { vaultId: BigInt(vault_id), period }
      const billed = models.get(periodKey(key)) ?? new Set<string>()
      return [periodKey(key), { ...key, frontier, tokens: BigInt(tokens), billedModels: billed }]
    }),
  )
}

async function billedModels(
  db: Db,
  deploymentId: string,
  keys: readonly PeriodKey[],
): Promise<Map<string, Set<string>>> {
  const { rows } = await db.execute<{ vault_id: string; period: number; model: string }>(sql`
    select vault_id, period, model from meters join ${rowsOf(keys, keyColumns)} using (vault_id, period)
    where deployment_id = ${deploymentId} and tokens > 0`)
  const found = new Map<string, Set<string>>()
  for (const { vault_id, period, model } of rows) {
    const key = periodKey({ vaultId: BigInt(vault_id), period })
    found.set(key, (found.get(key) ?? new Set()).add(model))
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

/** Writes the calls as events under their identities. */
export async function insertEvents(db: Db, placed: readonly PlacedEvent[], origin: Origin): Promise<void> {
  const columns = eventColumns(origin)
  await db.execute(sql`insert into events (${namesOf(columns)}) select * from ${rowsOf(placed, columns)}`)
  const identities = identityColumns(origin.deploymentId)
  // Two roads may tell one call in two months: who inserts the same identities waits in the same order.
  const ordered = [...placed].sort((a, b) => (a.candidate.identity < b.candidate.identity ? -1 : 1))
  await db.execute(
    sql`insert into event_identities (${namesOf(identities)}) select * from ${rowsOf(ordered, identities)}`,
  )
}

type MeterRowChange = PeriodKey & Appended['changes'][number]

const meterColumns = (deploymentId: string): readonly Column<MeterRowChange>[] => [
  ['deployment_id', 'text', () => deploymentId],
  ...keyColumns,
  ['model', 'text', ({ model }) => model],
  ['tokens', 'bigint', ({ tokens }) => tokens],
  ['requests', 'bigint', ({ requests }) => requests],
]

const stateColumns: readonly Column<Appended>[] = [
  ['vault_id', 'bigint', ({ state }) => state.vaultId],
  ['period', 'integer', ({ state }) => state.period],
  ['frontier', 'jsonb', ({ state }) => JSON.stringify(state.frontier)],
  ['root', 'text', ({ root }) => root],
  ['event_count', 'integer', ({ state }) => state.frontier.size],
  ['tokens', 'bigint', ({ state }) => state.tokens],
]

/** Adds to the meters by model, and moves the locked periods on. */
export async function saveMeters(
  db: Db,
  appended: readonly Appended[],
  { deploymentId, receivedAt }: Origin,
): Promise<void> {
  const columns = meterColumns(deploymentId)
  const changes = appended.flatMap(({ state: { vaultId, period }, changes: rows }) =>
    rows.map((row) => ({ vaultId, period, ...row })),
  )
  await db.execute(sql`
    insert into meters as sums (${namesOf(columns)}) select * from ${rowsOf(changes, columns)}
    on conflict (deployment_id, vault_id, period, model) do update
    set tokens = sums.tokens + excluded.tokens, requests = sums.requests + excluded.requests`)
  await db.execute(sql`
    update meter_periods as old set frontier = given.frontier, root = given.root, event_count = given.event_count,
      tokens = given.tokens, updated_at = ${receivedAt.toISOString()}
    from ${rowsOf(appended, stateColumns)}
    where old.deployment_id = ${deploymentId} and old.vault_id = given.vault_id and old.period = given.period`)
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
