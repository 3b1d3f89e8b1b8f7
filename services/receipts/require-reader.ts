import { AppError } from '#lib/errors/app-error.ts'
import { isOfAccount, payerOfAccount } from '#lib/metering/payer.ts'
import { getRoles, requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { listVaultIds } from '#services/vaults/index.ts'
import { findAccountNumber } from './store.ts'

/** Whether the actor may read a vault's receipts: its owner, provider or key, an admin, or a job of our own. */
export async function mayRead(ctx: ServiceContext, vaultId: bigint): Promise<boolean> {
  if (ctx.actor.kind === 'system') return true
  if (ctx.actor.kind === 'vault') return vaultId === ctx.actor.vaultId
  if (isOfAccount(vaultId) || ctx.actor.kind === 'account') return mayReadCredits(ctx, vaultId)
  const address = requireUser(ctx.actor)
  const vault = await ctx.chain.script('get_vault', { id: vaultId })
  if (vault === null) return false
  return vault.owner === address || vault.provider === address || (await getRoles(ctx, address)).admin
}

/** Whose credit account the actor is or has; null: none. */
async function ownNumber({ actor, db }: ServiceContext): Promise<bigint | null> {
  if (actor.kind === 'account') return findAccountNumber(db, { id: actor.accountId })
  return findAccountNumber(db, { subject: `flow:${requireUser(actor)}` })
}

async function mayReadCredits(ctx: ServiceContext, vaultId: bigint): Promise<boolean> {
  const number = await ownNumber(ctx)
  if (number !== null && vaultId === payerOfAccount(number)) return true
  return ctx.actor.kind === 'user' && isOfAccount(vaultId) && (await getRoles(ctx, ctx.actor.address)).admin
}

/** Throws `not_permitted`, also for a vault that doesn't exist: who may not read it needs not know. */
export async function requireReader(ctx: ServiceContext, vaultId: bigint): Promise<void> {
  if (await mayRead(ctx, vaultId)) return
  throw new AppError('not_permitted', 'This subscription belongs to another account, or doesn’t exist.', {
    internal: `the bill of vault ${vaultId} was asked for by a stranger`,
  })
}

/** The vaults whose receipts the actor may read; null: all. */
export async function readableVaults(ctx: ServiceContext): Promise<bigint[] | null> {
  if (ctx.actor.kind === 'system') return null
  if (ctx.actor.kind === 'vault') return [ctx.actor.vaultId]
  const number = await ownNumber(ctx)
  const credits = number === null ? [] : [payerOfAccount(number)]
  if (ctx.actor.kind === 'account') return credits
  const address = requireUser(ctx.actor)
  if ((await getRoles(ctx, address)).admin) return null
  const [owned, provided] = await Promise.all([
    listVaultIds(ctx, { owner: address }),
    listVaultIds(ctx, { provider: address }),
  ])
  return [...new Set([...credits, ...owned, ...provided])]
}
