import { AppError } from '#lib/errors/app-error.ts'
import { creditsOf, vaultOf } from '#lib/metering/payer.ts'
import { getRoles, requireAdmin, requireHolder, requireOwner, requireUser } from '#services/auth/index.ts'
import { findAccount } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'

/**
 * Only the owner of the account, as the chain names them now, or who holds it, and the admin; over all accounts only
 * the admin. Returns who it is.
 */
export async function requireLimitRight(ctx: ServiceContext, account: string | null): Promise<string> {
  if (account === null) return requireAdmin(ctx)
  const accountId = creditsOf(account)
  if (accountId !== null) return requireHolderOf(ctx, accountId)
  const address = requireUser(ctx.actor)
  const vaultId = vaultOf(account) ?? 0n
  const vault = await ctx.chain.script('get_vault', { id: vaultId })
  if (vault?.owner === address || (await getRoles(ctx, address)).admin) return address
  if (vault) return requireOwner(ctx.actor, vault)
  throw new AppError('vault_not_found', `Subscription ${vaultId} doesn't exist on this network. Check its number.`)
}

/** A key of the account limits nothing: it would lift what it is limited by. */
async function requireHolderOf(ctx: ServiceContext, accountId: string): Promise<string> {
  if (ctx.actor.kind === 'account') {
    if (requireHolder(ctx.actor) === accountId) return accountId
    throw notYours()
  }
  const address = requireUser(ctx.actor)
  const account = await findAccount(ctx, { id: accountId })
  if (account?.subject === `flow:${address}`) return address
  if (!(await getRoles(ctx, address)).admin) throw notYours()
  if (account) return address
  throw new AppError('not_found', 'There is no such credit account. Check its id.')
}

const notYours = (): AppError =>
  new AppError('not_permitted', 'This is not a credit account of yours. Nothing was changed.')
