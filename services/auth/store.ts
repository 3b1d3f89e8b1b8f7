import { and, eq, gt, isNull, lt } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { nonces } from '#services/platform/db/schema/nonces.ts'
import { sessions } from '#services/platform/db/schema/sessions.ts'

export type NonceRow = typeof nonces.$inferSelect
export type SessionRow = typeof sessions.$inferSelect

/** Where a nonce or a session counts: on one network, for one deployment of the contracts. */
export interface Scope {
  deploymentId: string
  network: string
}

export async function insertNonce(db: Db, row: Omit<NonceRow, 'usedAt'>): Promise<void> {
  await db.insert(nonces).values(row)
}

/** Uses a nonce up in one statement: of any number of parallel calls exactly one gets the row. */
export async function takeNonce(
  db: Db,
  key: Scope & { nonceHash: string; browserHash: string },
  now: Date,
): Promise<NonceRow | null> {
  const taken = await db
    .update(nonces)
    .set({ usedAt: now })
    .where(
      and(
        eq(nonces.nonceHash, key.nonceHash),
        eq(nonces.browserHash, key.browserHash),
        eq(nonces.deploymentId, key.deploymentId),
        eq(nonces.network, key.network),
        isNull(nonces.usedAt),
        gt(nonces.expiresAt, now),
      ),
    )
    .returning()
  return taken[0] ?? null
}

/** Forgets what ran out before `before`: an expired nonce is refused whether or not its row is there. */
export async function deleteExpired(db: Db, before: Date): Promise<void> {
  await db.delete(nonces).where(lt(nonces.expiresAt, before))
  await db.delete(sessions).where(lt(sessions.expiresAt, before))
}

export async function insertSession(db: Db, row: Omit<SessionRow, 'endedAt'>): Promise<void> {
  await db.insert(sessions).values(row)
}

export async function findSession(db: Db, idHash: string, scope: Scope, now: Date): Promise<SessionRow | null> {
  const found = await db
    .select()
    .from(sessions)
    .where(
      and(
        eq(sessions.idHash, idHash),
        eq(sessions.deploymentId, scope.deploymentId),
        eq(sessions.network, scope.network),
        isNull(sessions.endedAt),
        gt(sessions.expiresAt, now),
      ),
    )
  return found[0] ?? null
}

export async function markSessionEnded(db: Db, idHash: string, now: Date): Promise<void> {
  await db
    .update(sessions)
    .set({ endedAt: now })
    .where(and(eq(sessions.idHash, idHash), isNull(sessions.endedAt)))
}
