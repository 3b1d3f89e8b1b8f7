import { type Usd, usd } from '#lib/money/units.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { bookTransfer } from './book-transfer.ts'
import { requireLockedAccount } from './require-account.ts'
import type { Facts } from './schemas.ts'
import { findTransfer, updateAccount } from './store.ts'

export interface TakenBack {
  /** The refund's or dispute's own id at whoever returned the money. */
  readonly returnId: string
  readonly accountId: string
  readonly to: 'stripe' | 'flow'
  readonly why: 'refund' | 'dispute'
  readonly amount: Usd
  readonly facts: Facts
}

/**
 * Takes credits back for money that was returned, once. What the free balance can't bear (requests in flight keep what
 * they hold) is owed: the account is frozen, and the next purchase pays it first.
 */
export async function takeBackPayment(ctx: ServiceContext, taken: TakenBack): Promise<{ isNew: boolean; owed: Usd }> {
  requireSystem(ctx.actor)
  const { accountId, to, why, amount, facts } = taken
  const id = `${to}:${why}:${taken.returnId}`
  return withTransaction(ctx, async (tx) => {
    const { balance, held } = await requireLockedAccount(tx, accountId)
    // The first time split the amount by the balance of then: the parts that are booked decide, not those of now.
    const before = [await findTransfer(tx.db, id), await findTransfer(tx.db, `${id}:owed`)]
    if (before.some((row) => row !== null)) return { isNew: false, owed: usd(before[1]?.amount ?? 0n) }
    const free = balance - held
    const paid = usd(free < amount ? free : amount)
    const owed = usd(amount - paid)
    const shared = { accountId, credit: to, kind: why, facts } as const
    if (paid > 0n) await bookTransfer(tx, { ...shared, id, debit: `customer:${accountId}`, amount: paid })
    if (owed > 0n) {
      await bookTransfer(tx, { ...shared, id: `${id}:owed`, debit: `receivable:${accountId}`, amount: owed })
      await updateAccount(tx.db, accountId, { status: 'frozen' })
    }
    return { isNew: true, owed }
  })
}
