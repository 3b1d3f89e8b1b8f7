import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import { EMPTY_FRONTIER, type Frontier } from '#lib/merkle/frontier.ts'
import { EMPTY_ROOT } from '#lib/merkle/hash.ts'
import type { Db } from '#services/platform/db/client.ts'
import { arraysOf, type Column, namesOf, rowsFrom } from '#services/platform/db/rows-of.ts'
import { run, type Statement } from '#services/platform/db/statement.ts'
import { events, meterPeriods, meters } from '#services/platform/db/schema/index.ts'
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
  await Promise.all([...new Set(periods)].map((period) => db.execute(sql`select ensure_event_partition(${period})`)))
}

const makePeriods: Statement = {
  name: 'metering.make_periods',
  text: `
    insert into meter_periods (deployment_id, vault_id, period, frontier, root)
    select $1, vault_id, period, $2::jsonb, $3 from ${rowsFrom(keyColumns, 4)}
    on conflict do nothing`,
}

const lockStates: Statement = {
  name: 'metering.lock_states',
  isPlannedAnew: true,
  text: `
    select vault_id, period, frontier, tokens from meter_periods
    where deployment_id = $1 and (vault_id, period) in (select vault_id, period from ${rowsFrom(keyColumns, 2)})
    order by vault_id, period for update`,
}

interface StateRow {
  vault_id: string
  period: number
  frontier: Frontier
  tokens: string
}

const listBilledModels: Statement = {
  name: 'metering.billed_models',
  isPlannedAnew: true,
  text: `
    select vault_id, period, model from meters join ${rowsFrom(keyColumns, 2)} using (vault_id, period)
    where deployment_id = $1 and tokens > 0`,
}

interface ModelRow {
  vault_id: string
  period: number
  model: string
}

/** Locks the periods until the transaction ends, making the rows that are missing, and reads their state. */
export async function lockPeriods(
  db: Db,
  deploymentId: string,
  keys: readonly PeriodKey[],
): Promise<Map<string, PeriodState>> {
  const given = arraysOf(inOrder(keys), keyColumns)
  const [, states, models] = await Promise.all([
    run(db, makePeriods, [deploymentId, JSON.stringify(EMPTY_FRONTIER), EMPTY_ROOT, ...given]),
    run<StateRow>(db, lockStates, [deploymentId, ...given]),
    run<ModelRow>(db, listBilledModels, [deploymentId, ...given]),
  ])
  const billed = Map.groupBy(models, keyOfRow)
  return new Map(
    states.map((row) => {
      const { vault_id, period, frontier, tokens } = row
      const billedModels = new Set(billed.get(keyOfRow(row))?.map(({ model }) => model))
      return [keyOfRow(row), { vaultId: BigInt(vault_id), period, frontier, tokens: BigInt(tokens), billedModels }]
    }),
  )
}

const keyOfRow = ({ vault_id, period }: Pick<StateRow, 'vault_id' | 'period'>): string =>
  periodKey({ vaultId: BigInt(vault_id), period })

const findKnown: Statement = {
  name: 'metering.find_known',
  isPlannedAnew: true,
  text: `
    select id, started_at, billable_tokens from event_identities
    where id in (select id from unnest($1::text[]) as given (id))`,
}

interface KnownRow {
  id: string
  started_at: string
  billable_tokens: string
}

/** What is stored under these identities. */
export async function findKnownCalls(db: Db, ids: readonly string[]): Promise<Map<string, KnownCall>> {
  const rows = await run<KnownRow>(db, findKnown, [ids])
  return new Map(
    rows.map(({ id, started_at, billable_tokens }) => {
      return [id, { startedAt: new Date(started_at), billableTokens: BigInt(billable_tokens) }]
    }),
  )
}

const findHeld: Statement = {
  name: 'metering.find_held',
  isPlannedAnew: true,
  text: `
    select id, tokens from vault_holds where id in (select id from unnest($1::text[]) as given (id))`,
}

/** The most tokens that calls of vaults can have used, by the ids that they were held for under. */
export async function findHeldTokens(db: Db, ids: readonly string[]): Promise<Map<string, bigint>> {
  const rows = ids.length === 0 ? [] : await run<{ id: string; tokens: string }>(db, findHeld, [ids])
  return new Map(rows.map(({ id, tokens }) => [id, BigInt(tokens)]))
}

const insertInto = <T>(table: string, columns: readonly Column<T>[]): Statement => ({
  name: `metering.insert_${table}`,
  text: `insert into ${table} (${namesOf(columns)}) select * from ${rowsFrom(columns)}`,
})
const insertNewEvents = insertInto('events', eventColumns)
const insertIdentities = insertInto('event_identities', identityColumns)

/** Writes the calls as events under their identities. */
export async function insertEvents(db: Db, placed: readonly PlacedEvent[], origin: Origin): Promise<void> {
  const rows = placed.map((call) => ({ ...call, origin }))
  // Two roads may tell one call in two months: who inserts the same identities waits in the same order.
  const ordered = rows.toSorted((a, b) => (a.candidate.identity < b.candidate.identity ? -1 : 1))
  await Promise.all([
    run(db, insertNewEvents, arraysOf(rows, eventColumns)),
    run(db, insertIdentities, arraysOf(ordered, identityColumns)),
  ])
}

const changeColumns: readonly Column<PeriodKey & Appended['changes'][number]>[] = [
  ...keyColumns,
  ['model', 'text', ({ model }) => model],
  ['tokens', 'bigint', ({ tokens }) => tokens],
  ['requests', 'bigint', ({ requests }) => requests],
]

const addToMeters: Statement = {
  name: 'metering.add_to_meters',
  text: `
    insert into meters as sums (deployment_id, ${namesOf(changeColumns)})
    select $1, * from ${rowsFrom(changeColumns, 2)}
    on conflict (deployment_id, vault_id, period, model) do update
    set tokens = sums.tokens + excluded.tokens, requests = sums.requests + excluded.requests`,
}

const stateColumns: readonly Column<Appended>[] = [
  ['vault_id', 'bigint', ({ state }) => state.vaultId],
  ['period', 'integer', ({ state }) => state.period],
  ['frontier', 'jsonb', ({ state }) => JSON.stringify(state.frontier)],
  ['root', 'text', ({ root }) => root],
  ['event_count', 'integer', ({ state }) => state.frontier.size],
  ['tokens', 'bigint', ({ state }) => state.tokens],
]

const moveStates: Statement = {
  name: 'metering.move_states',
  isPlannedAnew: true,
  text: `
    update meter_periods as old set frontier = given.frontier, root = given.root, event_count = given.event_count,
      tokens = given.tokens, updated_at = $2
    from ${rowsFrom(stateColumns, 3)}
    where old.deployment_id = $1 and old.vault_id = given.vault_id and old.period = given.period`,
}

/** Adds to the meters by model, and moves the locked periods on. */
export async function saveMeters(
  db: Db,
  appended: readonly Appended[],
  { deploymentId, receivedAt }: Origin,
): Promise<void> {
  const changes = appended.flatMap(({ state: { vaultId, period }, changes: rows }) =>
    rows.map((row) => ({ vaultId, period, ...row })),
  )
  await Promise.all([
    run(db, addToMeters, [deploymentId, ...arraysOf(changes, changeColumns)]),
    run(db, moveStates, [deploymentId, receivedAt.toISOString(), ...arraysOf(appended, stateColumns)]),
  ])
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

/** Months of a payer that were metered. */
export const countPeriods = (db: Db, deploymentId: string, vaultId: bigint): Promise<number> =>
  db.$count(meterPeriods, and(eq(meterPeriods.deploymentId, deploymentId), eq(meterPeriods.vaultId, vaultId)))

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
