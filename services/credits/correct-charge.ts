import { type Usd, usd } from '#lib/money/units.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { requireLockedAccount } from './require-account.ts'
import type { Facts } from './schemas.ts'
import { insertTransfers } from './books-store.ts'
import { findHolds, listMonths, sumRefunds } from './store.ts'

/**
 * Gives back what a request was charged above its true cost, once, in the month that it was charged to, less what the
 * admin gave back of it or of the whole month before. A true cost above the charge is the platform's. What was given
 * back.
 */
export async function correctCharge(
  ctx: ServiceContext,
  { holdId, cost, facts }: { holdId: string; cost: Usd; facts: Facts },
): Promise<Usd> {
  requireSystem(ctx.actor)
  return withTransaction(ctx, async (tx) => {
    const [hold] = await findHolds(tx.db, [holdId])
    const tooMuch = hold?.state === 'posted' && hold.posted !== null ? hold.posted - cost : 0n
    if (!hold || tooMuch <= 0n) return usd(0n)
    const { accountId, period } = hold
    await requireLockedAccount(tx, accountId)
    const [month] = await listMonths(tx.db, [accountId], [period])
    const due = tooMuch - (await sumRefunds(tx.db, accountId, `usage:${holdId}`))
    const spent = month?.spent ?? 0n
    const amount = due < spent ? due : spent
    if (amount <= 0n) return usd(0n)
    const books = { debit: 'revenue', credit: `customer:${accountId}`, kind: 'refund' as const }
    const line = { id: `correction:${holdId}`, accountId, amount, period, facts, createdAt: tx.clock() }
    const isNew = (await insertTransfers(tx.db, [{ ...books, ...line }])).size > 0
    return usd(isNew ? amount : 0n)
  })
}
