import { AppError } from '#lib/errors/app-error.ts'
import { enforceKey, getKeyForVault, type KeyView, listGuardedKeys } from '#services/api-keys/index.ts'
import { requireParty, requireUser } from '#services/auth/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { guardVaults } from './guard-vaults.ts'

/**
 * Judges one vault at once, because somebody of it says that something happened; what did is read from the chain.
 * LiteLLM has been told when this answers, unless it is away.
 */
export async function reviewVault(ctx: ServiceContext, { vaultId }: { vaultId: bigint }): Promise<KeyView> {
  const user = requireUser(ctx.actor)
  const vault = await ctx.chain.script('get_vault', { id: vaultId })
  if (!vault) {
    throw new AppError('vault_not_found', `Subscription ${vaultId} doesn't exist on this network. Check its number.`)
  }
  const guard = withActor(ctx, { kind: 'system', job: 'vault-guard' })
  // Whoever just gave the vault away is no party any more, but the maker of the key that has to be blocked.
  const madeKey = (await listGuardedKeys(guard, [vaultId])).some(({ maker }) => maker === user)
  if (!madeKey && !vault.approvers.includes(user)) requireParty(ctx.actor, vault)
  await guardVaults(guard, [vaultId])
  await enforceKey(guard, vaultId)
  return getKeyForVault(ctx, vaultId)
}
