import { AppError } from '#lib/errors/app-error.ts'
import { getRoles, requireAdmin, requireOwner, requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'

/** The vault of an account like `vault:7`. */
export const vaultOf = (account: string): bigint => BigInt(account.slice(account.indexOf(':') + 1))

/**
 * Only the owner of the account, as the chain names them now, and the admin; over all accounts only the admin. Returns
 * who it is.
 */
export async function requireLimitRight(ctx: ServiceContext, account: string | null): Promise<string> {
  if (account === null) return requireAdmin(ctx)
  const address = requireUser(ctx.actor)
  const vaultId = vaultOf(account)
  const vault = await ctx.chain.script('get_vault', { id: vaultId })
  if (vault?.owner === address || (await getRoles(ctx, address)).admin) return address
  if (vault) return requireOwner(ctx.actor, vault)
  throw new AppError('vault_not_found', `Subscription ${vaultId} doesn't exist on this network. Check its number.`)
}
