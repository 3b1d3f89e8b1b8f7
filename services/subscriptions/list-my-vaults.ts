import { requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { describeVaults } from './describe-vaults.ts'
import type { VaultView } from './schemas.ts'

/** The vaults that the user owns on chain, oldest first. */
export async function listMyVaults(ctx: ServiceContext): Promise<{ vaults: VaultView[] }> {
  const owner = requireUser(ctx.actor)
  const reports = await ctx.chain.script('get_vaults_by_owner', { owner })
  const oldestFirst = reports.sort((a, b) => (a.id < b.id ? -1 : 1))
  return { vaults: await describeVaults(ctx, oldestFirst) }
}
