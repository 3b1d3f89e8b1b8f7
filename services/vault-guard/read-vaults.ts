import type { VaultReport } from '#lib/flow/vault-report.ts'
import type { ServiceContext } from '#services/platform/context.ts'

/** Reports in one script: far below what a script may compute and an answer may hold. */
const AT_ONCE = 100

/** The chain's reports of vaults now, by number; one that doesn't exist is absent. */
export async function readVaults(ctx: ServiceContext, vaultIds: readonly bigint[]): Promise<Map<bigint, VaultReport>> {
  const vaults = new Map<bigint, VaultReport>()
  for (let from = 0; from < vaultIds.length; from += AT_ONCE) {
    const reports = await ctx.chain.script('get_vaults', { ids: vaultIds.slice(from, from + AT_ONCE) })
    for (const report of reports) vaults.set(report.id, report)
  }
  return vaults
}
