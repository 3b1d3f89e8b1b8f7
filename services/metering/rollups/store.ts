import { type SQL, sql } from 'drizzle-orm'
import type { Rollup, RollupCell, RollupFacts } from '#lib/metering/roll-up.ts'
import { type Measures, MEASURES } from '#lib/metering/usage-measures.ts'
import { dayName } from '#lib/period/day-name.ts'
import type { Db } from '#services/platform/db/client.ts'
import { arraysOf, type Column, namesOf, rowsFrom } from '#services/platform/db/rows-of.ts'
import { run, type Statement } from '#services/platform/db/statement.ts'

type Series = Rollup['series'][number]
export type Granularity = 'hourly' | 'daily'

const seriesColumns: readonly Column<Series>[] = [
  ['id', 'uuid', ({ id }) => id],
  ['deployment_id', 'text', ({ deploymentId }) => deploymentId],
  ['account', 'text', ({ account }) => account],
  ['key_hash', 'text', ({ keyHash }) => keyHash],
  ['account_key', 'text', ({ accountKey }) => accountKey],
  ['end_user', 'text', ({ endUser }) => endUser],
  ['organization', 'text', ({ organization }) => organization],
  ['feature', 'text', ({ feature }) => feature],
  ['model', 'text', ({ model }) => model],
  ['provider', 'text', ({ provider }) => provider],
]

const toSnakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const measureNames = MEASURES.map(toSnakeCase)

interface Table {
  readonly name: string
  readonly time: string
  /** A cell's time as text, whatever the session's time zone. */
  readonly timeText: string
  readonly boundOf: (instant: Date) => SQL
  readonly key: readonly Column<RollupCell>[]
}

const cellKey = (time: string, type: 'timestamptz' | 'date'): readonly Column<RollupCell>[] => [
  ['series_id', 'uuid', ({ seriesId }) => seriesId],
  [time, type, ({ at }) => at],
]

const HOUR_TEXT = `'YYYY-MM-DD"T"HH24:00:00.000"Z"'`
const tables: Readonly<Record<Granularity, Table>> = {
  hourly: {
    name: 'usage_hourly',
    time: 'hour',
    timeText: `to_char(hour at time zone 'UTC', ${HOUR_TEXT})`,
    boundOf: (instant) => sql`${instant.toISOString()}::timestamptz`,
    key: cellKey('hour', 'timestamptz'),
  },
  daily: {
    name: 'usage_daily',
    time: 'day',
    timeText: "to_char(day, 'YYYY-MM-DD')",
    boundOf: (instant) => sql`${dayName(instant)}::date`,
    key: cellKey('day', 'date'),
  },
}
const measureColumns = MEASURES.map((name, i): Column<RollupCell> => [
  measureNames[i] ?? '',
  'bigint',
  (cell) => cell[name],
])

const insertMissingSeries: Statement = {
  name: 'metering.insert_series',
  text: `
    insert into usage_series (${namesOf(seriesColumns)})
    select * from ${rowsFrom(seriesColumns)} on conflict do nothing`,
}

/** What happens to a cell that is there: the new one is added to it, or put in its place. */
type Change = 'added' | 'replaced'
const changed: Readonly<Record<Change, (name: string) => string>> = {
  added: (name) => `${name} = sums.${name} + excluded.${name}`,
  replaced: (name) => `${name} = excluded.${name}`,
}

const writeStatement = (granularity: Granularity, change: Change): Statement => {
  const { key, name, time } = tables[granularity]
  const columns = [...key, ...measureColumns]
  return {
    name: `metering.${granularity}_${change}`,
    text: `
      insert into ${name} as sums (${namesOf(columns)}) select * from ${rowsFrom(columns)}
      on conflict (series_id, ${time}) do update set ${measureNames.map(changed[change]).join(', ')}`,
  }
}

const writes: Readonly<Record<Change, Readonly<Record<Granularity, Statement>>>> = {
  added: { hourly: writeStatement('hourly', 'added'), daily: writeStatement('daily', 'added') },
  replaced: { hourly: writeStatement('hourly', 'replaced'), daily: writeStatement('daily', 'replaced') },
}

/** Adds a rollup to what is stored, in its own order of rows. In a transaction only: its statements travel together. */
export async function addRollup(db: Db, { series, hourly, daily }: Rollup): Promise<void> {
  await Promise.all([
    insertSeries(db, series),
    writeCells(db, 'hourly', hourly, 'added'),
    writeCells(db, 'daily', daily, 'added'),
  ])
}

/** Makes the series that are missing. */
export async function insertSeries(db: Db, series: Rollup['series']): Promise<void> {
  if (series.length > 0) await run(db, insertMissingSeries, arraysOf(series, seriesColumns))
}

/** Stores cells in place of those that are there. */
export const replaceCells = (db: Db, granularity: Granularity, cells: readonly RollupCell[]): Promise<void> =>
  writeCells(db, granularity, cells, 'replaced')

async function writeCells(
  db: Db,
  granularity: Granularity,
  cells: readonly RollupCell[],
  change: Change,
): Promise<void> {
  if (cells.length === 0) return
  const columns = [...tables[granularity].key, ...measureColumns]
  await run(db, writes[change][granularity], arraysOf(cells, columns))
}

export async function deleteCells(db: Db, granularity: Granularity, cells: readonly RollupCell[]): Promise<void> {
  if (cells.length === 0) return
  const { name, time, key } = tables[granularity]
  const text = `delete from ${name} where (series_id, ${time}) in (select series_id, ${time} from ${rowsFrom(key)})`
  await run(db, { name: `metering.delete_${granularity}`, text }, arraysOf(cells, key))
}

/** A vault's usage from one midnight (UTC) to another. */
export interface Stretch {
  readonly vaultId: bigint
  readonly period: number
  readonly from: Date
  readonly to: Date
}

type Row = Readonly<Record<string, string>>
const MEASURE_LIST = sql.raw(measureNames.join(', '))

const measuresIn = (row: Row): Measures =>
  Object.fromEntries(MEASURES.map((name, i) => [name, BigInt(row[measureNames[i] ?? ''] ?? '')])) as Measures

/** The stored cells of a stretch. */
export async function readCells(
  db: Db,
  deploymentId: string,
  stretch: Stretch,
  granularity: Granularity,
): Promise<RollupCell[]> {
  const { name, time, timeText, boundOf } = tables[granularity]
  const at = sql.raw(time)
  const { rows } = await db.execute<Row>(sql`
    select series_id, ${sql.raw(timeText)} as at, ${MEASURE_LIST} from ${sql.raw(name)}
      join usage_series on usage_series.id = series_id
    where deployment_id = ${deploymentId} and account = account_of(${stretch.vaultId}::bigint)
      and ${at} >= ${boundOf(stretch.from)} and ${at} < ${boundOf(stretch.to)}`)
  return rows.map((row) => ({ ...measuresIn(row), seriesId: row['series_id'] ?? '', at: row['at'] ?? '' }))
}

/** The measures of events, in the order of MEASURES. */
const EVENT_SUMS = [
  'count(*)',
  "count(*) filter (where status = 'failure')",
  "count(*) filter (where status = 'success' and cache_hit)",
  ...[
    'input_tokens',
    'output_tokens',
    'cached_tokens',
    'cache_write_tokens',
    'reasoning_tokens',
    'billable_tokens',
  ].map((name) => `coalesce(sum(${name}) filter (where counted), 0)`),
  'coalesce(sum(litellm_cost) filter (where counted), 0)',
  'count(*) filter (where counted and litellm_cost is null)',
  'count(*) filter (where counted and litellm_cost = 0 and billable_tokens > 0)',
]
const EVENT_MEASURES = sql.raw(EVENT_SUMS.map((sum, i) => `${sum} as ${measureNames[i]}`).join(', '))
const LABELS = ['account_key', 'end_user', 'organization', 'feature', 'provider']
const LABEL_LIST = sql.raw(LABELS.map((name) => `coalesce(${name}, '') as ${name}`).join(', '))

/** A stretch's events, added up by the database: one row a series and hour. */
export async function sumEvents(db: Db, deploymentId: string, stretch: Stretch): Promise<RollupFacts[]> {
  const { vaultId, period, from, to } = stretch
  const { rows } = await db.execute<Row>(sql`
    select account, key_hash, model, ${LABEL_LIST},
      ${sql.raw(`to_char(started_at at time zone 'UTC', ${HOUR_TEXT})`)} as hour,
      ${EVENT_MEASURES}
    from events, lateral (select status = 'success' and not cache_hit as counted) as of_event
    where deployment_id = ${deploymentId} and vault_id = ${vaultId} and period = ${period}
      and started_at >= ${from.toISOString()}::timestamptz and started_at < ${to.toISOString()}::timestamptz
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9`)
  return rows.map((row) => ({
    series: {
      deploymentId,
      account: row['account'] ?? '',
      keyHash: row['key_hash'] ?? '',
      accountKey: row['account_key'] ?? '',
      endUser: row['end_user'] ?? '',
      organization: row['organization'] ?? '',
      feature: row['feature'] ?? '',
      model: row['model'] ?? '',
      provider: row['provider'] ?? '',
    },
    startedAt: new Date(row['hour'] ?? ''),
    measures: measuresIn(row),
  }))
}

/** A vault's period, and how many calls it has. */
export interface CountedPeriod {
  readonly vaultId: bigint
  readonly period: number
  readonly eventCount: number
}

const toCounted = (rows: readonly Row[]): CountedPeriod[] =>
  rows.map((row) => ({
    vaultId: BigInt(row['vault_id'] ?? ''),
    period: Number.parseInt(row['period'] ?? '', 10),
    eventCount: Number.parseInt(row['event_count'] ?? '', 10),
  }))

/** Every period with calls, oldest first; of one month only, if it is given. */
export async function listCountedPeriods(db: Db, deploymentId: string, month: number | null): Promise<CountedPeriod[]> {
  const { rows } = await db.execute<Row>(sql`
    select vault_id::text, period::text, event_count::text from meter_periods
    where deployment_id = ${deploymentId} and event_count > 0 and period = coalesce(${month}::integer, period)
    order by meter_periods.period, meter_periods.vault_id`)
  return toCounted(rows)
}

/** The periods whose rollups hold another number of calls than were stored. */
export async function listMiscountedPeriods(db: Db, deploymentId: string): Promise<CountedPeriod[]> {
  const { rows } = await db.execute<Row>(sql`
    select vault_id::text, meter_periods.period::text, event_count::text from meter_periods left join (
      select account, to_char(day, 'YYYYMM')::integer as period, sum(requests) as requests
      from usage_daily join usage_series on usage_series.id = series_id
      where deployment_id = ${deploymentId} group by 1, 2
    ) as rolled on rolled.period = meter_periods.period and account = account_of(vault_id)
    where deployment_id = ${deploymentId} and event_count > 0 and event_count is distinct from requests
    order by meter_periods.period, meter_periods.vault_id`)
  return toCounted(rows)
}

/** Locks the period until the transaction ends. False when its events are not kept any more. */
export async function lockKeptPeriod(
  db: Db,
  deploymentId: string,
  { vaultId, period }: Pick<Stretch, 'vaultId' | 'period'>,
): Promise<boolean> {
  const key = sql`deployment_id = ${deploymentId} and vault_id = ${vaultId} and period = ${period}`
  await db.execute(sql`select from meter_periods where ${key} for update`)
  // Retention drops whole months, and calls that come after have later ordinals.
  const { rows } = await db.execute(sql`select from events where ${key} and ordinal = 0`)
  return rows.length > 0
}
