import { and, eq, lt } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { gatewayRequests } from '#services/platform/db/schema/index.ts'

export type RequestRow = typeof gatewayRequests.$inferSelect
type Place = Pick<RequestRow, 'payer' | 'key' | 'requestId'>

const at = ({ payer, key, requestId }: Place) =>
  and(eq(gatewayRequests.payer, payer), eq(gatewayRequests.key, key), eq(gatewayRequests.requestId, requestId))
const isRunning = eq(gatewayRequests.state, 'running')

/** Null: the key is ours now. Else what stands under it. */
export async function claimRow(db: Db, row: RequestRow): Promise<RequestRow | null> {
  const inserted = await db
    .insert(gatewayRequests)
    .values(row)
    .onConflictDoNothing()
    .returning({ key: gatewayRequests.key })
  if (inserted.length > 0) return null
  const [known] = await db
    .select()
    .from(gatewayRequests)
    .where(and(eq(gatewayRequests.payer, row.payer), eq(gatewayRequests.key, row.key)))
  // It may have been given back since; then it is told as one that can be taken over at once.
  return known ?? { ...row, leasedUntil: new Date(0) }
}

/** Takes over what a process left that died: of several that try, one does. */
export async function takeOver(db: Db, known: RequestRow, leasedUntil: Date): Promise<boolean> {
  const taken = await db
    .update(gatewayRequests)
    .set({ leasedUntil })
    .where(and(at(known), isRunning, eq(gatewayRequests.leasedUntil, known.leasedUntil)))
    .returning({ key: gatewayRequests.key })
  return taken.length > 0
}

export async function touchLease(db: Db, place: Place, leasedUntil: Date): Promise<void> {
  await db
    .update(gatewayRequests)
    .set({ leasedUntil })
    .where(and(at(place), isRunning))
}

export async function saveAnswer(
  db: Db,
  place: Place,
  kept: { status: number; headers: Readonly<Record<string, string>>; answer: Buffer },
): Promise<void> {
  await db
    .update(gatewayRequests)
    .set({ ...kept, headers: { ...kept.headers }, state: 'done' })
    .where(and(at(place), isRunning))
}

export async function deleteClaim(db: Db, place: Place): Promise<void> {
  await db.delete(gatewayRequests).where(at(place))
}

/** Forgets answers whose time is over. */
export async function deleteExpiredAnswers(db: Db, now: Date): Promise<void> {
  await db.delete(gatewayRequests).where(lt(gatewayRequests.expiresAt, now))
}
