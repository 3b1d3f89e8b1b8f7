import { and, count, desc, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { alerts } from '#services/platform/db/schema/index.ts'
import { OPERATOR } from './schemas.ts'

export type AlertRow = typeof alerts.$inferSelect

/** Returns the rows that were not told before. */
export async function insertAlerts(db: Db, rows: readonly (typeof alerts.$inferInsert)[]): Promise<AlertRow[]> {
  if (rows.length === 0) return []
  return db
    .insert(alerts)
    .values([...rows])
    .onConflictDoNothing({ target: [alerts.deploymentId, alerts.dedupe] })
    .returning()
}

export async function findAlerts(db: Db, ids: readonly string[]): Promise<AlertRow[]> {
  if (ids.length === 0) return []
  return db
    .select()
    .from(alerts)
    .where(inArray(alerts.id, [...ids]))
}

export async function setAudience(db: Db, id: string, audience: string): Promise<void> {
  await db
    .update(alerts)
    .set({ audience })
    .where(and(eq(alerts.id, id), isNull(alerts.audience)))
}

/** Whose alerts they are: those of an address, and the operator's for who is one. */
export interface Readers {
  readonly deploymentId: string
  readonly audiences: readonly string[]
}

const forReaders = ({ deploymentId, audiences }: Readers) =>
  and(eq(alerts.deploymentId, deploymentId), inArray(alerts.audience, [...audiences]))

export interface AlertPlace {
  readonly createdAt: Date
  readonly id: string
}

/** Newest first, from behind a place on. */
export const listForReaders = (
  db: Db,
  readers: Readers,
  { after, limit }: { after: AlertPlace | null; limit: number },
): Promise<AlertRow[]> =>
  db
    .select()
    .from(alerts)
    .where(
      and(
        forReaders(readers),
        after
          ? or(
              lt(alerts.createdAt, after.createdAt),
              and(eq(alerts.createdAt, after.createdAt), sql`${alerts.id} > ${after.id}`),
            )
          : undefined,
      ),
    )
    .orderBy(desc(alerts.createdAt), alerts.id)
    .limit(limit)

export async function countUnread(db: Db, readers: Readers, most: number): Promise<number> {
  const unread = db
    .select({ one: sql`1`.as('one') })
    .from(alerts)
    .where(and(forReaders(readers), isNull(alerts.readAt)))
    .limit(most)
    .as('unread')
  const [row] = await db.select({ unread: count() }).from(unread)
  return row?.unread ?? 0
}

/** `ids` absent: all of them. */
export async function markRead(db: Db, readers: Readers, at: Date, ids?: readonly string[]): Promise<void> {
  const chosen = ids === undefined ? undefined : inArray(alerts.id, [...ids])
  await db
    .update(alerts)
    .set({ readAt: at })
    .where(and(forReaders(readers), isNull(alerts.readAt), chosen))
}

/** One who looks at a condition at a time, until the transaction ends. */
export async function lockCondition(db: Db, deploymentId: string, subject: string): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`alerts/${deploymentId}/${subject}`}, 0))`)
}

/** The newest of the operator's alerts about a condition; their identities are its subject and when it began. */
export async function findCondition(db: Db, deploymentId: string, subject: string): Promise<AlertRow | null> {
  const [last] = await db
    .select()
    .from(alerts)
    .where(
      and(forReaders({ deploymentId, audiences: [OPERATOR] }), sql`starts_with(${alerts.dedupe}, ${`${subject}#`})`),
    )
    .orderBy(desc(alerts.createdAt))
    .limit(1)
  return last ?? null
}

export async function setResolved(db: Db, id: string, resolvedAt: Date | null): Promise<void> {
  await db.update(alerts).set({ resolvedAt }).where(eq(alerts.id, id))
}
