import type { Db } from './client.ts'

/**
 * Runs work in one transaction: all of it or nothing. The work receives the same context with `db` bound to the
 * transaction; called inside another's transaction it becomes a part of it (a savepoint). No network calls inside.
 */
export async function withTransaction<C extends { readonly db: Db }, T>(
  ctx: C,
  work: (tx: C) => Promise<T>,
): Promise<T> {
  return ctx.db.transaction((db) => work({ ...ctx, db }))
}
