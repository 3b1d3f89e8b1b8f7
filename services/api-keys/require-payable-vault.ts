import { AppError } from '#lib/errors/app-error.ts'
import { getRoles, requireOwner, requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { keyBlocked } from './key-blocked.ts'

export const vaultNotFound = (vaultId: bigint): AppError =>
  new AppError('vault_not_found', `Subscription ${vaultId} doesn't exist on this network. Check its number.`)

/**
 * The vault as the chain has it now, if it may have a key: it exists, the caller owns it, it is active, and the admin
 * registered its provider. Nothing of this is taken from the browser.
 */
export async function requirePayableVault(ctx: ServiceContext, vaultId: bigint) {
  requireUser(ctx.actor)
  const vault = await ctx.chain.script('get_vault', { id: vaultId })
  if (!vault) throw vaultNotFound(vaultId)
  requireOwner(ctx.actor, vault)
  if (vault.status === 'paused') throw keyBlocked(['paused'])
  if (vault.status !== 'active') {
    throw new AppError('vault_closed', `The subscription is ${vault.status}. No key was made. Open a new subscription.`)
  }
  const { provider } = await getRoles(ctx, vault.provider)
  if (!provider) {
    throw new AppError(
      'provider_not_registered',
      `Provider ${vault.provider} is not registered. No key was made. Ask the operator to register it, then try again.`,
    )
  }
  return vault
}
