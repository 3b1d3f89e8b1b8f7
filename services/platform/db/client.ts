import { drizzle, type NodePgDatabase, type NodePgQueryResultHKT } from 'drizzle-orm/node-postgres'
import type { PgDatabase } from 'drizzle-orm/pg-core'
import pg from 'pg'
import * as schema from './schema/index.ts'

type Schema = typeof schema

/** The database, or a transaction in it. */
export type Db = PgDatabase<NodePgQueryResultHKT, Schema>

export interface Database {
  readonly db: NodePgDatabase<Schema>
  readonly pool: pg.Pool
  close(): Promise<void>
}

export interface DatabaseSettings {
  readonly url: string
  /** Connections held at most. */
  readonly pool: number
  /** Called when a connection breaks; the pool replaces it, and what was under way on it fails. */
  readonly onConnectionError: (error: Error) => void
}

/** How TypeScript's names become the database's. */
export const dialectOptions = { casing: 'snake_case' } as const

/** Opens a pool; the first query connects. */
export function openDatabase(settings: DatabaseSettings): Database {
  const pool = new pg.Pool({
    connectionString: settings.url,
    max: settings.pool,
    connectionTimeoutMillis: 10_000,
    // A process that hangs must not keep the locks of others for ever.
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 30_000,
    application_name: 'flareflow',
    // Queries of a transaction that don't wait for each other travel together; the database takes them in their order.
    pipeline: true,
  })
  // The pool listens to idle connections only, and an error that nobody listens to would end the process.
  pool.on('connect', (connection) => connection.on('error', settings.onConnectionError))
  pool.on('error', () => undefined)
  return { db: drizzle(pool, { schema, ...dialectOptions }), pool, close: () => pool.end() }
}
