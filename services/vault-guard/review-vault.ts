import { AppError } from '#lib/errors/app-error.ts'
import { enforceKey, getKeyForVault, type KeyView } from '#services/api-keys/index.ts'
import { requireParty, requireUser } from '#services/auth/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { guardVaults } from './guard-vaults.ts'

/**
 * Judges one vault at once, because a party of it says that something happened; what did is read from the chain.
 * LiteLLM has been told when this answers, unless it is away.
 */
export async function reviewVault(ctx: ServiceContext, { vaultId }: { vaultId: bigint }): Promise<KeyView> {
  requireUser(ctx.actor)
  const vault = await ctx.chain.script('get_vault', { id: vaultId })
  if (!vault) {
    throw new AppError('vault_not_found', `Subscription ${vaultId} doesn't exist on this network. Check its number.`)
  }
  requireParty(ctx.actor, vault)
  const guard = withActor(ctx, { kind: 'system', job: 'vault-guard' })
  await guardVaults(guard, [vaultId])
  await enforceKey(guard, vaultId)
  return getKeyForVault(ctx, vaultId)
}
