import { AppError } from '#lib/errors/app-error.ts'
import { formatUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import { periodOf } from '#lib/period/period.ts'
import { requireAdmin } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { bookTransfer } from './book-transfer.ts'
import type { AdminEntry } from './give-credits.ts'
import { requireLockedAccount } from './require-account.ts'
import { findTransfer, listMonths, sumRefunds } from './store.ts'

export interface Refund extends AdminEntry {
  /** The line of the history that it reverses, whole or in part; null: usage of the running month. */
  readonly transferId: string | null
}

/**
 * Gives usage back, by the admin: an entry the other way, never an edit. It counts to the month of the usage, and all
 * refunds of a line together never exceed it. What a grant had paid comes back as credits that don't end.
 */
export async function refundUsage(ctx: ServiceContext, refund: Refund): Promise<{ id: string; isNew: boolean }> {
  const by = await requireAdmin(ctx)
  const { accountId, amount, reason, requestKey, transferId } = refund
  const id = `refund:admin:${requestKey}`
  return withTransaction(ctx, async (tx) => {
    await requireLockedAccount(tx, accountId)
    const { most, period } = await refundable(tx, refund)
    const isRepeated = (await findTransfer(tx.db, id)) !== null
    if (!isRepeated && amount > most) {
      throw new AppError('invalid_amount', `At most $${formatUsd(usd(most))} of this usage can be given back.`)
    }
    const facts = { reason, by, ...(transferId === null ? {} : { refunds: transferId }) }
    const books = { debit: 'revenue', credit: `customer:${accountId}`, kind: 'refund' as const, period }
    return { id, isNew: await bookTransfer(tx, { ...books, id, accountId, amount, facts }) }
  })
}

async function refundable(tx: ServiceContext, { accountId, transferId }: Refund) {
  if (transferId === null) {
    const period = periodOf(tx.clock())
    const [month] = await listMonths(tx.db, [accountId], [period])
    return { most: month?.spent ?? 0n, period }
  }
  const usage = await findTransfer(tx.db, transferId)
  if (usage?.accountId !== accountId || usage.kind !== 'usage') {
    throw new AppError('not_found', 'The account has no such line of usage. Look at its history.')
  }
  const { period } = usage
  const [month] = await listMonths(tx.db, [accountId], [period])
  const left = usage.amount - (await sumRefunds(tx.db, accountId, transferId))
  const spent = month?.spent ?? 0n
  return { most: left < spent ? left : spent, period }
}
