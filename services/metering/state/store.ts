import { eq, isNull, sql } from 'drizzle-orm'
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

export async function countDeadLetters(db: Db): Promise<Map<string, number>> {
  const rows = await db
    .select({ reason: deadLetters.reason, open: sql<number>`count(*)::int` })
    .from(deadLetters)
    .where(isNull(deadLetters.resolvedAt))
    .groupBy(deadLetters.reason)
  return new Map(rows.map(({ reason, open }) => [reason, open]))
}
