import { requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getReports, listVaultIds } from '#services/vaults/index.ts'
import { describeVaults } from './describe-vaults.ts'
import type { VaultView } from './schemas.ts'

/** The vaults that the user owns on chain, oldest first. */
export async function listMyVaults(ctx: ServiceContext): Promise<{ vaults: VaultView[] }> {
  const owner = requireUser(ctx.actor)
  const reports = await getReports(ctx, await listVaultIds(ctx, { owner }))
  return { vaults: await describeVaults(ctx, reports) }
}
