import type { Usd } from '#lib/money/units.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { bookTransfer } from './book-transfer.ts'
import { requireLockedAccount } from './require-account.ts'
import type { Facts } from './schemas.ts'
import { insertGrant } from './store.ts'

export interface GrantInput {
  /** What the grant is for, such as `welcome:<account>` or `refill:<account>:<period>`: it is given once. */
  readonly grantId: string
  readonly accountId: string
  readonly amount: Usd
  /** Null: it doesn't end. */
  readonly expiresAt: Date | null
  readonly facts: Facts
}

/** Gives credits, once for each grant's id. */
export async function grantCredits(ctx: ServiceContext, input: GrantInput): Promise<{ isNew: boolean }> {
  requireSystem(ctx.actor)
  const { accountId, amount, expiresAt, facts } = input
  const id = `grant:${input.grantId}`
  return withTransaction(ctx, async (tx) => {
    await requireLockedAccount(tx, accountId)
    const books = { debit: 'grants', credit: `customer:${accountId}`, kind: 'bonus' as const }
    const isNew = await bookTransfer(tx, { ...books, id, accountId, amount, facts })
    if (isNew && expiresAt) await insertGrant(tx.db, { id, accountId, amount, remaining: amount, expiresAt })
    return { isNew }
  })
}
