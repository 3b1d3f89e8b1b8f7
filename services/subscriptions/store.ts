import { and, desc, eq, inArray } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { meterPeriods, readings } from '#services/platform/db/schema/index.ts'

type ReadingRow = typeof readings.$inferSelect
export type LastReading = Pick<
  ReadingRow,
  'vaultId' | 'sequence' | 'status' | 'txId' | 'usd' | 'flow' | 'createdAt' | 'submittedAt' | 'finishedAt'
>

/** The newest reading of each vault, whatever became of it. */
export async function findLastReadings(db: Db, deploymentId: string, vaultIds: readonly bigint[]) {
  if (vaultIds.length === 0) return new Map<bigint, LastReading>()
  const rows: LastReading[] = await db
    .selectDistinctOn([readings.vaultId], {
      vaultId: readings.vaultId,
      sequence: readings.sequence,
      status: readings.status,
      txId: readings.txId,
      usd: readings.usd,
      flow: readings.flow,
      createdAt: readings.createdAt,
      submittedAt: readings.submittedAt,
      finishedAt: readings.finishedAt,
    })
    .from(readings)
    .where(and(eq(readings.deploymentId, deploymentId), inArray(readings.vaultId, [...vaultIds])))
    .orderBy(readings.vaultId, desc(readings.sequence))
  return new Map(rows.map((row) => [row.vaultId, row]))
}

/** Billable tokens of each vault's period that no sealed reading carries yet; a vault without calls is absent. */
export async function findUnsettledTokens(
  db: Db,
  deploymentId: string,
  vaultIds: readonly bigint[],
  period: number,
): Promise<Map<bigint, bigint>> {
  if (vaultIds.length === 0) return new Map()
  const rows = await db
    .select({ vaultId: meterPeriods.vaultId, tokens: meterPeriods.tokens, settled: meterPeriods.settledTokens })
    .from(meterPeriods)
    .where(
      and(
        eq(meterPeriods.deploymentId, deploymentId),
        eq(meterPeriods.period, period),
        inArray(meterPeriods.vaultId, [...vaultIds]),
      ),
    )
  return new Map(rows.map(({ vaultId, tokens, settled }) => [vaultId, tokens - settled]))
}
