import { inArray, isNull } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { deadLetters } from '#services/platform/db/schema/index.ts'

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
