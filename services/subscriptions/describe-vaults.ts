import type { VaultReport } from '#lib/flow/vault-report.ts'
import { getKeysForVaults } from '#services/api-keys/index.ts'
import { requireUser } from '#services/auth/index.ts'
import { getUsages } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { inParts } from '#services/platform/in-parts.ts'
import { getSettlements } from '#services/settlement/index.ts'
import { assertFound } from './assert-found.ts'
import type { VaultView } from './schemas.ts'
import { toReportView, toSettlementView, toUsageView } from './vault-view.ts'

/** Vaults in one script: far below what it may compute. */
const CLAIMS_AT_ONCE = 100

/**
 * Everything that a vault's parties see of it: the chain's report with what the collector knows, a fixed number of
 * queries for any number of vaults. The caller has checked that the actor is a party of each.
 */
export async function describeVaults(ctx: ServiceContext, reports: readonly VaultReport[]): Promise<VaultView[]> {
  const vaultIds = reports.map(({ id }) => id)
  const [keys, usages, settlements, unclaimed] = await Promise.all([
    getKeysForVaults(ctx, vaultIds),
    getUsages(ctx, vaultIds),
    getSettlements(ctx, vaultIds),
    findUnclaimed(ctx, reports),
  ])
  return reports.map((report) => ({
    vault: toReportView(report),
    claimed: !unclaimed.has(report.id),
    key: assertFound(keys.get(report.id)),
    usage: toUsageView(assertFound(usages.get(report.id))),
    settlement: toSettlementView(assertFound(settlements.get(report.id))),
  }))
}

/** Of vaults that the actor owns, those that it has not accepted: they were given to it. */
async function findUnclaimed(ctx: ServiceContext, reports: readonly VaultReport[]): Promise<ReadonlySet<bigint>> {
  const account = requireUser(ctx.actor)
  const vaultIds = reports.filter(({ owner }) => owner === account).map(({ id }) => id)
  const claimed = await inParts(vaultIds, CLAIMS_AT_ONCE, async (part) => {
    const { vaults } = await ctx.chain.script('get_claims', { account, vaultIds: part })
    return vaults
  })
  return new Set(vaultIds).difference(new Set(claimed))
}
