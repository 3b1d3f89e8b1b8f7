import { desc, eq, isNull, max, sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { deadLetters, meterPeriods } from '#services/platform/db/schema/index.ts'

/** Events stored since the beginning, as their periods count them. */
export async function countEvents(db: Db, deploymentId: string): Promise<number> {
  const [row] = await db
    .select({ events: sql<string | null>`sum(${meterPeriods.eventCount})` })
    .from(meterPeriods)
    .where(eq(meterPeriods.deploymentId, deploymentId))
  return Number.parseInt(row?.events ?? '0', 10)
}

const newestAt = max(deadLetters.receivedAt)

export interface OpenDeadLetters {
  readonly reason: string
  readonly open: number
  readonly newestAt: Date
}

/** By reason; that of the newest letter first. */
export const countDeadLetters = (db: Db): Promise<OpenDeadLetters[]> =>
  db
    .select({
      reason: deadLetters.reason,
      open: sql<number>`count(*)::int`,
      newestAt: sql`${newestAt}`.mapWith(deadLetters.receivedAt),
    })
    .from(deadLetters)
    .where(isNull(deadLetters.resolvedAt))
    .groupBy(deadLetters.reason)
    .orderBy(desc(newestAt))
