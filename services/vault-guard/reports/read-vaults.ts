import type { VaultReport } from '#lib/flow/vault-report.ts'
import { periodOf, previousPeriod } from '#lib/period/period.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getReports } from '#services/vaults/index.ts'
import { listSettledTokens, saveReports } from './store.ts'

/**
 * The chain's reports of vaults now, by number; one that doesn't exist is absent. What they say is written down, so
 * that every process that places holds knows it.
 */
export async function readVaults(ctx: ServiceContext, vaultIds: readonly bigint[]): Promise<Map<bigint, VaultReport>> {
  const vaults = new Map<bigint, VaultReport>()
  if (vaultIds.length === 0) return vaults
  const { db, deploymentId, chain } = ctx
  const readAt = ctx.clock()
  // Before the chain is asked: a reading that is known here to have settled is in the chain's report.
  const settled = await listSettledTokens(db, deploymentId, vaultIds, previousPeriod(periodOf(readAt)))
  const { height } = await chain.latestBlock()
  for (const report of await getReports(ctx, vaultIds)) vaults.set(report.id, report)
  await saveReports(db, deploymentId, [...vaults.values()], { height, readAt, settled })
  return vaults
}
