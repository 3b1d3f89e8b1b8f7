import { usd } from '#lib/money/units.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { bookTransfer } from './book-transfer.ts'
import { requireLockedAccount } from './require-account.ts'
import { useGrants } from './books-store.ts'
import { findGrant, listEndedGrants } from './store.ts'

const TOGETHER = 100

/**
 * Ends grants whose time is over; what requests in flight hold stays until they end. The number of grants that shrank.
 */
export async function expireGrants(ctx: ServiceContext): Promise<number> {
  requireSystem(ctx.actor)
  const now = ctx.clock()
  let shrunk = 0
  // All of them: one that can't shrink now must keep none behind it.
  for (let after: string | undefined = ''; after !== undefined;) {
    const ended: { id: string; accountId: string }[] = await listEndedGrants(ctx.db, now, { after, limit: TOGETHER })
    for (const { id, accountId } of ended) {
      if (await withTransaction(ctx, (tx) => expireGrant(tx, id, accountId))) shrunk += 1
    }
    after = ended.at(-1)?.id
  }
  return shrunk
}

async function expireGrant(tx: ServiceContext, grantId: string, accountId: string): Promise<boolean> {
  const { balance, held } = await requireLockedAccount(tx, accountId)
  const remaining = (await findGrant(tx.db, grantId))?.remaining ?? 0n
  const free = balance - held
  const ended = usd(remaining < free ? remaining : free)
  if (ended <= 0n) return false
  // The remainder that is left names the step: a grant that ends in parts has a line for each.
  const id = `expiry:${grantId}:${remaining}`
  const books = { debit: `customer:${accountId}`, credit: 'grants', kind: 'expiry' as const }
  await bookTransfer(tx, { ...books, id, accountId, amount: ended, facts: { grant: grantId } })
  await useGrants(tx.db, [{ id: grantId, used: ended }])
  return true
}
