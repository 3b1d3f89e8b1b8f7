import type { VaultReport } from '#lib/flow/vault-report.ts'
import { assertFound } from './assert-found.ts'
import { periodOf } from '#lib/period/period.ts'
import { getKeysForVaults } from '#services/api-keys/index.ts'
import { getUsages } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { VaultView } from './schemas.ts'
import { findLastReadings, findUnsettledTokens } from './store.ts'
import { toReadingView, toReportView, toUsageView } from './vault-view.ts'

/**
 * Everything that a vault's parties see of it: the chain's report with what the collector knows, a fixed number of
 * queries for any number of vaults. The caller has checked that the actor is a party of each.
 */
export async function describeVaults(ctx: ServiceContext, reports: readonly VaultReport[]): Promise<VaultView[]> {
  const vaultIds = reports.map(({ id }) => id)
  const period = periodOf(ctx.clock())
  const [keys, usages, readings, unsettled] = await Promise.all([
    getKeysForVaults(ctx, vaultIds),
    getUsages(ctx, vaultIds, period),
    findLastReadings(ctx.db, ctx.deploymentId, vaultIds),
    findUnsettledTokens(ctx.db, ctx.deploymentId, vaultIds, period),
  ])
  return reports.map((report) => ({
    vault: toReportView(report),
    key: assertFound(keys.get(report.id)),
    usage: toUsageView(assertFound(usages.get(report.id))),
    settlement: {
      lastReading: toReadingView(readings.get(report.id)),
      unsettledTokens: (unsettled.get(report.id) ?? 0n).toString(),
    },
  }))
}
