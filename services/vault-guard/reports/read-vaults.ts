import type { VaultReport } from '#lib/flow/vault-report.ts'
import { periodOf, previousPeriod } from '#lib/period/period.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { writeApart } from '#services/platform/db/write-apart.ts'
import { getReports } from '#services/vaults/index.ts'
import { forgetReports, listSettledTokens, saveReports } from './store.ts'

/**
 * The chain's reports of vaults now, by number; one that doesn't exist or can't be read is absent. What they say is
 * written down, so that every process that places holds knows it; of one that is not known now nothing stays written.
 */
export async function readVaults(ctx: ServiceContext, vaultIds: readonly bigint[]): Promise<Map<bigint, VaultReport>> {
  const vaults = new Map<bigint, VaultReport>()
  if (vaultIds.length === 0) return vaults
  const { db, deploymentId, chain, log } = ctx
  const readAt = ctx.clock()
  // Before the chain is asked: a reading that is known here to have settled is in the chain's report.
  const settled = await listSettledTokens(db, deploymentId, vaultIds, previousPeriod(periodOf(readAt)))
  const { height } = await chain.latestBlock()
  for (const report of await getReports(ctx, vaultIds)) vaults.set(report.id, report)
  const unknown = vaultIds.filter((id) => !vaults.has(id))
  await writeApart(
    [...vaults.values()],
    (reports) => saveReports(db, deploymentId, reports, { height, readAt, settled }),
    ({ id }, err) => {
      log.error({ err, vaultId: id.toString() }, 'the report of a vault can’t be saved')
      unknown.push(id)
    },
  )
  await forgetReports(db, deploymentId, unknown)
  return vaults
}
