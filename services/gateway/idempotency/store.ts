import { and, eq, lt, sql } from 'drizzle-orm'
import type { ServiceContext } from '#services/platform/context.ts'
import type { Db } from '#services/platform/db/client.ts'
import { gatewayRequests } from '#services/platform/db/schema/index.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'

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

/** Bytes of answers that are kept for one payer. Those before are let go of, a little earlier than they have to. */
const KEPT_FOR_PAYER = 63 * 1024 * 1024

/**
 * Keeps an answer, and lets the payer's oldest ones go, as far as all of them would be too much: their requests stay
 * answered. `kept_bytes` is where the answer ends among all bytes that were kept for the payer.
 */
export async function saveAnswer(
  ctx: ServiceContext,
  { payer, key, requestId }: Place,
  { status, headers, answer }: { status: number; headers: Readonly<Record<string, string>>; answer: Buffer },
): Promise<void> {
  await withTransaction(ctx, async ({ db }) => {
    // Of two at once each would see the bytes before both.
    await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${payer}, 26))`)
    await db.execute(sql`
      with saved as (
        update gateway_requests set state = 'done', status = ${status}, headers = ${JSON.stringify(headers)}::jsonb,
          answer = ${answer}, kept_bytes = ${answer.byteLength}::bigint + coalesce((
            select max(before.kept_bytes) from gateway_requests as before where before.payer = ${payer}), 0)
        where payer = ${payer} and key = ${key} and request_id = ${requestId} and state = 'running'
        returning kept_bytes
      )
      update gateway_requests set status = null, headers = null, answer = null, kept_bytes = null from saved
      where payer = ${payer} and gateway_requests.kept_bytes <= saved.kept_bytes - ${KEPT_FOR_PAYER}::bigint`)
  })
}

/** The request was answered, and whoever asks again is told that and no more. */
export async function endWithoutAnswer(db: Db, place: Place): Promise<void> {
  await db
    .update(gatewayRequests)
    .set({ state: 'done' })
    .where(and(at(place), isRunning))
}

export async function deleteClaim(db: Db, place: Place): Promise<void> {
  await db.delete(gatewayRequests).where(at(place))
}

/** Forgets answers whose time is over. */
export async function deleteExpiredAnswers(db: Db, now: Date): Promise<void> {
  await db.delete(gatewayRequests).where(lt(gatewayRequests.expiresAt, now))
}
