import { AppError } from '#lib/errors/app-error.ts'
import type { VaultReport } from '#lib/flow/vault-report.ts'
import { getRoles, requireParty, requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { View } from './schemas.ts'

/** Whose usage somebody may see. */
export interface Scope {
  /** Null: every account. */
  readonly accounts: readonly string[] | null
  /** What calls cost, and the margin, are the business of who is paid and of the admin. */
  readonly seesCosts: boolean
}

interface Wish {
  /** One vault, or all that the actor may see. */
  readonly vaultId: bigint | null
  /** As whom the actor looks; as all that they are if null. */
  readonly view: View | null
}

const accountOf = (vaultId: bigint): string => `vault:${vaultId}`

/** The vault of an account; null if the account is none. */
export const vaultOf = (account: string): bigint | null => {
  const digits = /^vault:(\d+)$/.exec(account)?.[1]
  return digits === undefined ? null : BigInt(digits)
}

const EVERYTHING: Scope = { accounts: null, seesCosts: true }

/**
 * The accounts that the actor may see now, as the chain names owners, providers and the admin: the owner their vaults,
 * a provider those that pay them, the admin all. Throws `session_required`, `vault_not_found`, `not_permitted`.
 */
export async function resolveScope(ctx: ServiceContext, { vaultId, view }: Wish): Promise<Scope> {
  if (ctx.actor.kind === 'system') return vaultId === null ? EVERYTHING : only([vaultId], true)
  const user = requireUser(ctx.actor)
  const isAdmin = view === 'admin' || view === null ? (await getRoles(ctx, user)).admin : false
  if (view === 'admin' && !isAdmin) {
    throw new AppError('not_permitted', 'Only the admin sees the usage of all accounts.', {
      internal: `${user} does not hold the admin resource`,
    })
  }
  if (vaultId !== null) return oneVault(ctx, { user, isAdmin, vaultId, view })
  if (isAdmin) return EVERYTHING
  const [owned, provided] = await Promise.all([
    view === 'provider' ? [] : ctx.chain.script('get_vaults_by_owner', { owner: user }),
    view === 'owner' ? [] : ctx.chain.script('get_vaults_by_provider', { provider: user }),
  ])
  const vaults = [...owned, ...provided]
  return only([...new Set(vaults.map(({ id }) => id))], vaults.length > 0 && vaults.every(isPaying(user)))
}

const only = (vaultIds: readonly bigint[], seesCosts: boolean): Scope => ({
  accounts: vaultIds.map(accountOf),
  seesCosts,
})

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
  if (isAdmin) return only([vaultId], true)
  requireParty(ctx.actor, report)
  const paid = isPaying(user)(report)
  if ((view === 'owner' && report.owner !== user) || (view === 'provider' && !paid)) {
    throw new AppError('not_permitted', `You are not the ${view} of subscription ${vaultId}.`)
  }
  return only([vaultId], paid && view !== 'owner')
}
