import { AppError } from '#lib/errors/app-error.ts'
import { requireParty, requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { assertFound } from './assert-found.ts'
import { describeVaults } from './describe-vaults.ts'
import type { VaultView } from './schemas.ts'

/** One vault as the chain and the collector have it now, for its owner and its provider only. */
export async function getVault(ctx: ServiceContext, input: { vaultId: bigint }): Promise<VaultView> {
  requireUser(ctx.actor)
  const report = await ctx.chain.script('get_vault', { id: input.vaultId })
  if (!report) {
    throw new AppError(
      'vault_not_found',
      `Subscription ${input.vaultId} doesn't exist on this network. Check its number.`,
    )
  }
  requireParty(ctx.actor, report)
  const [view] = await describeVaults(ctx, [report])
  return assertFound(view)
}
