import { sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { hintSignatures } from '#services/platform/db/schema/index.ts'

const EXPIRED_AT_ONCE = 1_000

/** Takes a signature for good; false when any process has taken it before. Forgets those that are no longer valid. */
export async function takeSignature(db: Db, signature: string, expiresAt: Date, now: Date): Promise<boolean> {
  await db.execute(sql`
    delete from hint_signatures where signature in (
      select signature from hint_signatures where expires_at < ${now.toISOString()}
      limit ${EXPIRED_AT_ONCE} for update skip locked
    )`)
  const taken = await db
    .insert(hintSignatures)
    .values({ signature, expiresAt })
    .onConflictDoNothing()
    .returning({ signature: hintSignatures.signature })
  return taken.length > 0
}
