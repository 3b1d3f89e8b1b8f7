import { AppError } from '#lib/errors/app-error.ts'
import type { CreditTier } from '#lib/credits/price-list.ts'
import type { Usd } from '#lib/money/units.ts'
import { requireAdmin, requireHolder } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { requireLockedAccount } from './require-account.ts'
import { type AccountRow, insertChange, updateAccount } from './store.ts'

export interface TermsChange {
  readonly tier?: CreditTier | undefined
  /** What a month's usage may cost; null lifts the cap. */
  readonly monthlyCap?: Usd | null | undefined
}

const enterpriseOnly = (): AppError =>
  new AppError('not_permitted', 'The enterprise tier is agreed with us, both ways. Nothing was changed: write to us.')

/** Changes the terms of the account that asks. Requests from then on are held to them; those in flight keep theirs. */
export async function changeOwnTerms(ctx: ServiceContext, change: TermsChange): Promise<void> {
  const accountId = requireHolder(ctx.actor)
  await changeTerms(ctx, { accountId, change, by: 'holder', reason: null }, ({ tier }) => {
    const isNewTier = change.tier !== undefined && change.tier !== tier
    if (isNewTier && (tier === 'enterprise' || change.tier === 'enterprise')) throw enterpriseOnly()
  })
}

/** Sets an account's tier, by the admin. */
export async function setTier(
  ctx: ServiceContext,
  { accountId, tier, reason }: { accountId: string; tier: CreditTier; reason: string },
): Promise<void> {
  const by = await requireAdmin(ctx)
  await changeTerms(ctx, { accountId, change: { tier }, by, reason }, () => {})
}

interface Change {
  readonly accountId: string
  readonly change: TermsChange
  readonly by: string
  readonly reason: string | null
}

const termsOf = ({ tier, monthlyCap }: Pick<AccountRow, 'tier' | 'monthlyCap'>) => ({
  tier,
  monthlyCap: monthlyCap?.toString() ?? null,
})

async function changeTerms(
  ctx: ServiceContext,
  { accountId, change, by, reason }: Change,
  check: (account: AccountRow) => void,
): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    const account = await requireLockedAccount(tx, accountId)
    check(account)
    const { tier = account.tier, monthlyCap = account.monthlyCap } = change
    if (tier === account.tier && monthlyCap === account.monthlyCap) return
    await updateAccount(tx.db, accountId, { tier, monthlyCap })
    const after = { ...termsOf({ tier, monthlyCap }), ...(reason === null ? {} : { reason }) }
    await insertChange(tx.db, { accountId, by, before: termsOf(account), after, at: tx.clock() })
  })
}
