import { AppError } from '#lib/errors/app-error.ts'
import type { VaultReport } from '#lib/flow/vault-report.ts'
import { creditAccount, creditsOf, payerOfAccount, vaultAccount, vaultOf } from '#lib/metering/payer.ts'
import { getRoles, requireParty, requireUser } from '#services/auth/index.ts'
import { findAccount } from '#services/credits/index.ts'
import { hasUsage } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { listVaultIds } from '#services/vaults/index.ts'
import type { View } from './schemas.ts'

/** Whose usage somebody may see. */
export interface Scope {
  /** `vault:7`, `credits:cr_…`; null: every account. */
  readonly accounts: readonly string[] | null
  /** What calls cost, and the margin, are the business of who is paid and of the admin. */
  readonly seesCosts: boolean
}

interface Wish {
  /** One account, or all that the actor may see. */
  readonly account: string | null
  /** As whom the actor looks; as all that they are if null. */
  readonly view: View | null
}

/** The credit accounts among accounts; null: of all there are. */
export const creditIds = (accounts: Scope['accounts']): string[] | null =>
  accounts && accounts.map(creditsOf).filter((id) => id !== null)

const EVERYTHING: Scope = { accounts: null, seesCosts: true }

/**
 * The accounts that the actor may see now: the owner their vaults, as the chain names owners, and their credit account;
 * a provider the vaults that pay them; the admin all; whoever shows a credit account's key or token that account.
 * Throws `session_required`, `vault_not_found`, `not_found`, `not_permitted`.
 */
export async function resolveScope(ctx: ServiceContext, { account, view }: Wish): Promise<Scope> {
  if (ctx.actor.kind === 'system') return account === null ? EVERYTHING : only([account], true)
  if (ctx.actor.kind === 'account') return ownCredits(ctx.actor.accountId, account, view)
  const user = requireUser(ctx.actor)
  const isAdmin = view === 'admin' || view === null ? (await getRoles(ctx, user)).admin : false
  if (view === 'admin' && !isAdmin) {
    throw new AppError('not_permitted', 'Only the admin sees the usage of all accounts.', {
      internal: `${user} does not hold the admin resource`,
    })
  }
  if (account === null) return isAdmin ? EVERYTHING : allOf(ctx, user, view)
  const vaultId = vaultOf(account)
  if (vaultId !== null) return oneVault(ctx, { user, isAdmin, vaultId, view })
  if (!isAdmin) return ownCredits((await creditsOfWallet(ctx, user))?.id ?? null, account, view)
  if (await findAccount(ctx, { id: creditsOf(account) ?? '' })) return only([account], true)
  throw new AppError('not_found', 'There is no such credit account. Check its id.')
}

const only = (accounts: readonly string[], seesCosts: boolean): Scope => ({ accounts, seesCosts })

const creditsOfWallet = (ctx: ServiceContext, user: string) => findAccount(ctx, { subject: `flow:${user}` })

/** A credit account, by whose it is. Another's is refused as one that doesn't exist is. */
function ownCredits(own: string | null, account: string | null, view: View | null): Scope {
  const isOwner = view === null || view === 'owner'
  if (own !== null && isOwner && (account === null || account === creditAccount(own))) {
    return only([creditAccount(own)], false)
  }
  throw new AppError('not_permitted', 'This is not a credit account of yours, or you don’t see it in this role.', {
    internal: `${own} asked for ${account} as ${view}`,
  })
}

async function allOf(ctx: ServiceContext, user: string, view: View | null): Promise<Scope> {
  const [owned, provided, roles, credits] = await Promise.all([
    view === 'provider' ? [] : listVaultIds(ctx, { owner: user }),
    listVaultIds(ctx, { provider: user }),
    getRoles(ctx, user),
    view === 'provider' ? null : creditsOfWallet(ctx, user),
  ])
  const vaultIds = view === 'owner' ? owned : [...new Set([...owned, ...provided])]
  const accounts = vaultIds.map(vaultAccount)
  // Every wallet that signs in gets a credit account: one that was never used hides no costs from a provider.
  const isCustomer = credits !== null && (await hasUsage(ctx, payerOfAccount(credits.number)))
  if (isCustomer) return only([...accounts, creditAccount(credits.id)], false)
  const paying = new Set(roles.provider ? provided : [])
  return only(accounts, vaultIds.length > 0 && vaultIds.every((id) => paying.has(id)))
}

/** Anybody may name himself as provider: only one that the admin registered is paid for usage. */
const isPaying =
  (user: string) =>
  ({ provider, providerRegistered }: VaultReport): boolean =>
    provider === user && providerRegistered

async function oneVault(
  ctx: ServiceContext,
  asked: { user: string; isAdmin: boolean; vaultId: bigint; view: View | null },
): Promise<Scope> {
  const { user, isAdmin, vaultId, view } = asked
  const report = await ctx.chain.script('get_vault', { id: vaultId })
  if (!report) {
    throw new AppError('vault_not_found', `Subscription ${vaultId} doesn't exist on this network. Check its number.`)
  }
  const accounts = [vaultAccount(vaultId)]
  if (isAdmin) return only(accounts, true)
  requireParty(ctx.actor, report)
  const paid = isPaying(user)(report)
  if ((view === 'owner' && report.owner !== user) || (view === 'provider' && !paid)) {
    throw new AppError('not_permitted', `You are not the ${view} of subscription ${vaultId}.`)
  }
  return only(accounts, paid && view !== 'owner')
}
