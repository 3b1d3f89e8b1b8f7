import pg from 'pg'
import { cellParser, columnType } from './pg-types.ts'

/** A result that the engine can look into: the shape of Prisma 5.17's driver adapters. */
interface Outcome<T> {
  ok: boolean
  value?: T
  error?: unknown
  map<U>(change: (value: T) => U): Outcome<U>
  flatMap<U>(change: (value: T) => Outcome<U>): Outcome<U>
}

interface Statement {
  sql: string
  args: unknown[]
}

interface ResultSet {
  columnNames: string[]
  columnTypes: number[]
  rows: unknown[][]
}

/** Postgres for the engine, over node-postgres. */
export interface Adapter {
  readonly adapter: object
  readonly pool: pg.Pool
  /** The error behind a number that the engine answered with. */
  takeError(id: number): unknown
}

const longestPool = 20
const defaultPool = 9
const types = { getTypeParser: (oid: number) => cellParser(oid) }

const ok = <T>(value: T): Outcome<T> => ({
  ok: true,
  value,
  map: (change) => ok(change(value)),
  flatMap: (change) => change(value),
})
const fail = <T>(error: unknown): Outcome<T> => ({
  ok: false,
  error,
  map: () => fail(error),
  flatMap: () => fail(error),
})

/** Errors that the engine only holds the number of. */
class ErrorShelf {
  readonly #errors = new Map<number, unknown>()
  #next = 0

  put<T>(error: unknown): Outcome<T> {
    const id = this.#next
    this.#next = (this.#next + 1) % 65_536
    this.#errors.set(id, error)
    return fail({ kind: 'GenericJs', id })
  }

  take(id: number): { error: unknown } | undefined {
    const error = this.#errors.get(id)
    return this.#errors.delete(id) ? { error } : undefined
  }
}

/** Opens a pool for a Prisma database URL; its connections are made when they are needed. */
export function openAdapter(url: string): Adapter {
  const { schema, config } = readUrl(url)
  const pool = new pg.Pool(config)
  pool.on('error', (error) => process.stderr.write(`[query-engine] idle connection: ${error.message}\n`))
  const shelf = new ErrorShelf()
  const errorRegistry = { consumeError: (id: number) => shelf.take(id) }
  const startTransaction = async (): Promise<Outcome<object>> => {
    let connection: pg.PoolClient
    try {
      connection = await pool.connect()
    } catch (error) {
      return shelf.put(error)
    }
    return ok({ ...queryable(connection, shelf), errorRegistry, ...endings(connection) })
  }
  const getConnectionInfo = () => ok({ schemaName: schema, maxBindValues: undefined })
  const adapter = { ...queryable(pool, shelf), errorRegistry, getConnectionInfo, startTransaction }
  return { adapter, pool, takeError: (id) => shelf.take(id)?.error }
}

/** The engine itself sends BEGIN, COMMIT and ROLLBACK; what is left to do here is to give the connection back. */
function endings(connection: pg.PoolClient): object {
  let isHeld = true
  const release = async (): Promise<Outcome<undefined>> => {
    if (isHeld) connection.release()
    isHeld = false
    return ok(undefined)
  }
  return { options: { usePhantomQuery: false }, commit: release, rollback: release }
}

function queryable(client: pg.Pool | pg.PoolClient, shelf: ErrorShelf): object {
  return {
    provider: 'postgres',
    adapterName: 'pg',
    queryRaw: async (statement: Statement) => (await execute(client, statement, shelf)).map(resultSet),
    executeRaw: async (statement: Statement) =>
      (await execute(client, statement, shelf)).map((result) => result.rowCount ?? 0),
  }
}

function resultSet({ fields, rows }: pg.QueryArrayResult): ResultSet {
  const columnTypes = fields.map((field) => columnType(field.dataTypeID))
  return { columnNames: fields.map((field) => field.name), columnTypes, rows }
}

async function execute(
  client: pg.Pool | pg.PoolClient,
  { sql, args }: Statement,
  shelf: ErrorShelf,
): Promise<Outcome<pg.QueryArrayResult>> {
  try {
    const query = { text: sql, values: args.map(bindable), rowMode: 'array' as const, types }
    const results: pg.QueryArrayResult | pg.QueryArrayResult[] = await client.query(query)
    // Several statements in one text answer with a list; the last one counts.
    const last = Array.isArray(results) ? results.at(-1) : results
    if (last === undefined) throw new Error('Postgres gave no result.')
    return ok(last)
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) return shelf.put(error)
    const { code, severity, message, detail, column, hint } = error
    return fail({ kind: 'Postgres', code, severity, message, detail, column, hint })
  }
}

/** Bytes reach the adapter as a list that holds typed arrays. */
function bindable(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  return value.map((item) =>
    ArrayBuffer.isView(item) ? Buffer.from(item.buffer, item.byteOffset, item.byteLength) : item,
  )
}

/** A Prisma URL carries settings that node-postgres does not know. */
function readUrl(text: string): { schema: string; config: pg.PoolConfig } {
  const url = new URL(text)
  const settings = url.searchParams
  const schema = settings.get('schema') ?? 'public'
  const wantsTls = !['disable', 'prefer', null].includes(settings.get('sslmode'))
  const config: pg.PoolConfig = {
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    host: settings.get('host') ?? url.hostname,
    port: Number(url.port || 5432),
    database: decodeURIComponent(url.pathname.slice(1)),
    max: Math.min(Number(settings.get('connection_limit') ?? defaultPool), longestPool),
    idleTimeoutMillis: 300_000,
    application_name: 'litellm',
    // What `sslmode=require` means: encrypted, without a look at who answers.
    ...(wantsTls ? { ssl: { rejectUnauthorized: settings.get('sslmode') !== 'require' } } : {}),
    ...(schema === 'public' ? {} : { options: `-c search_path="${schema}"` }),
  }
  return { schema, config }
}
