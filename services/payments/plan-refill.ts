import { requireHolder, requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import {
  failIntendedRefills,
  findLastRefill,
  findMethod,
  findPurchase,
  insertPurchase,
  type PurchaseRow,
} from './store.ts'

/** What is kept of an account for refills: whether something can be charged, and the last that was. */
export async function getRefillState(ctx: ServiceContext, { accountId }: { accountId: string }) {
  const [method, last] = [await findMethod(ctx.db, accountId), await findLastRefill(ctx.db, accountId)]
  return { hasMethod: Boolean(method?.paymentMethodId), last }
}

/** A buyer's own request can't be named so: its id has no blanks. */
const requestKeyOf = (day: string): string => `auto refill ${day}`

/** Intends a purchase by standing order, one for each account and UTC day; null if the day's is there already. */
export async function planRefill(
  tx: ServiceContext,
  { accountId, cents, day }: { accountId: string; cents: number; day: string },
): Promise<PurchaseRow | null> {
  requireSystem(tx.actor)
  const [id, now, requestKey] = [`pur_${randomHex(12)}`, tx.clock(), requestKeyOf(day)]
  const row = { id, accountId, requestKey, cents, method: 'refill', status: 'created', createdAt: now } as const
  await insertPurchase(tx.db, { ...row, updatedAt: now })
  const written = await findPurchase(tx.db, { accountId, requestKey })
  return written?.id === id ? written : null
}

/**
 * Ends what is planned for the account that asks, so that it isn't sent to Stripe any more. One that was sent and not
 * noted yet is credited when its event comes, as any that failed and was paid after all.
 */
export async function endPlannedRefills(tx: ServiceContext): Promise<void> {
  await failIntendedRefills(tx.db, requireHolder(tx.actor), tx.clock())
}
