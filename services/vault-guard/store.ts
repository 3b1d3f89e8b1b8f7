import { and, eq, gt, gte, inArray, isNull } from 'drizzle-orm'
import type { Period } from '#lib/period/period.ts'
import type { Db } from '#services/platform/db/client.ts'
import { meterPeriods, meters } from '#services/platform/db/schema/index.ts'

export type PeriodRow = Pick<typeof meterPeriods.$inferSelect, 'vaultId' | 'period' | 'tokens' | 'settledTokens'>
export type ModelRow = Pick<typeof meters.$inferSelect, 'vaultId' | 'period' | 'model' | 'tokens'>

/** Billed periods of vaults that can still settle, from one on. */
export async function listOpenPeriods(
  db: Db,
  deploymentId: string,
  vaultIds: readonly bigint[],
  from: Period,
): Promise<PeriodRow[]> {
  return db
    .select({
      vaultId: meterPeriods.vaultId,
      period: meterPeriods.period,
      tokens: meterPeriods.tokens,
      settledTokens: meterPeriods.settledTokens,
    })
    .from(meterPeriods)
    .where(
      and(
        eq(meterPeriods.deploymentId, deploymentId),
        inArray(meterPeriods.vaultId, [...vaultIds]),
        gte(meterPeriods.period, from),
        gt(meterPeriods.tokens, 0n),
        isNull(meterPeriods.closedReason),
      ),
    )
}

/** Billed tokens by model of vaults, from a period on. */
export async function listModelTokens(
  db: Db,
  deploymentId: string,
  vaultIds: readonly bigint[],
  from: Period,
): Promise<ModelRow[]> {
  if (vaultIds.length === 0) return []
  return db
    .select({ vaultId: meters.vaultId, period: meters.period, model: meters.model, tokens: meters.tokens })
    .from(meters)
    .where(
      and(
        eq(meters.deploymentId, deploymentId),
        inArray(meters.vaultId, [...vaultIds]),
        gte(meters.period, from),
        gt(meters.tokens, 0n),
      ),
    )
}
