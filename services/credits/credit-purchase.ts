import { type Usd, usd } from '#lib/money/units.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { bookTransfer } from './book-transfer.ts'
import { requireLockedAccount } from './require-account.ts'
import type { Facts } from './schemas.ts'
import { updateAccount } from './store.ts'

export interface Purchase {
  /** The payment's own id at whoever took it: it is credited once, however often it is told. */
  readonly paymentId: string
  readonly accountId: string
  readonly from: 'stripe' | 'flow'
  readonly amount: Usd
  readonly facts: Facts
}

/** Credits a payment, once. What the customer owes after a dispute is paid first; then a frozen account opens again. */
export async function creditPurchase(ctx: ServiceContext, purchase: Purchase): Promise<{ isNew: boolean }> {
  requireSystem(ctx.actor)
  const { accountId, from, amount, facts } = purchase
  const id = `${from}:${purchase.paymentId}`
  return withTransaction(ctx, async (tx) => {
    const { receivable, status } = await requireLockedAccount(tx, accountId)
    const customer = `customer:${accountId}`
    const isNew = await bookTransfer(tx, {
      id,
      accountId,
      debit: from,
      credit: customer,
      amount,
      kind: 'purchase',
      facts,
    })
    if (!isNew) return { isNew }
    const recovered = usd(receivable < amount ? receivable : amount)
    if (recovered > 0n) {
      const books = { debit: customer, credit: `receivable:${accountId}`, kind: 'recovery' as const }
      await bookTransfer(tx, { ...books, id: `recovery:${id}`, accountId, amount: recovered, facts: { payment: id } })
    }
    if (status === 'frozen' && recovered === receivable) await updateAccount(tx.db, accountId, { status: 'open' })
    return { isNew }
  })
}
