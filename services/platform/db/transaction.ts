import { sql } from 'drizzle-orm'
import { DrizzleQueryError } from 'drizzle-orm/errors'
import { NodePgSession, NodePgTransaction } from 'drizzle-orm/node-postgres'
import { PgDialect } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { type Db, dialectOptions } from './client.ts'

type Tables = Record<string, never>

const dialect = new PgDialect(dialectOptions)

/**
 * Runs work in one transaction: all of it or nothing. The work receives the same context with `db` bound to the
 * transaction; called inside another's transaction it becomes a part of it (a savepoint). No network calls inside.
 */
export async function withTransaction<C extends { readonly db: Db }, T>(
  ctx: C,
  work: (tx: C) => Promise<T>,
): Promise<T> {
  const inside = (db: Db): Promise<T> => work({ ...ctx, db })
  const pool = poolOf(ctx.db)
  if (pool === null) return ctx.db.transaction(inside)
  // The connection is taken and given back here: Drizzle would keep one on which the transaction could not begin, and
  // a few crashes of the database would leave the pool without any.
  const connection = await pool.connect().catch((cause: Error) => {
    // As Drizzle says it of a query.
    throw new DrizzleQueryError('connect', [], cause)
  })
  try {
    return await transact(connection, inside)
  } finally {
    connection.release()
  }
}

async function transact<T>(connection: pg.PoolClient, inside: (db: Db) => Promise<T>): Promise<T> {
  const session = new NodePgSession<Tables, Tables>(connection, dialect, undefined)
  const tx = new NodePgTransaction<Tables, Tables>(dialect, session, undefined)
  // It travels with the first query, and what it fails with makes that one fail.
  const begun = connection.query('begin').catch((cause: Error) => {
    throw new DrizzleQueryError('begin', [], cause)
  })
  // It is awaited below, where a query that failed with it has thrown already.
  begun.catch(() => undefined)
  try {
    const result = await inside(tx as object as Db)
    await begun
    await tx.execute(sql`commit`)
    return result
  } catch (error) {
    // A connection that can't say it is broken, and the transaction with it: what broke it is told.
    await tx.execute(sql`rollback`).catch(() => undefined)
    throw error
  }
}

/** Null inside a transaction. */
const poolOf = (db: Db): pg.Pool | null => ('$client' in db && db.$client instanceof pg.Pool ? db.$client : null)
