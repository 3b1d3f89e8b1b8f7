import type { Db } from '#services/platform/db/client.ts'
import { usageReviews } from '#services/platform/db/schema/index.ts'

export type ReviewRow = typeof usageReviews.$inferSelect

/** Once a hold: what was reported first stands. */
export async function insertReview(db: Db, row: typeof usageReviews.$inferInsert): Promise<void> {
  await db.insert(usageReviews).values(row).onConflictDoNothing()
}
