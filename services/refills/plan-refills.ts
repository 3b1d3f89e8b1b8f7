import { dayName } from '#lib/period/day-name.ts'
import { requireSystem } from '#services/auth/index.ts'
import { getRefillState, planRefill } from '#services/payments/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { addToOutbox } from '#services/platform/outbox/add.ts'
import { pauseRefill } from './pause-refill.ts'
import { CHARGE } from './refill-handler.ts'
import { listLow, lockLow } from './store.ts'

const TOGETHER = 100

/**
 * Plans refills of accounts that are low: one an account and UTC day at most, and none while an earlier one is under
 * way. Any number of workers may do it at once. How many were planned.
 */
export async function planRefills(ctx: ServiceContext): Promise<number> {
  requireSystem(ctx.actor)
  let planned = 0
  for (const accountId of await listLow(ctx.db, TOGETHER)) {
    if (await withTransaction(ctx, (tx) => plan(tx, accountId))) planned += 1
  }
  return planned
}

async function plan(tx: ServiceContext, accountId: string): Promise<boolean> {
  const order = await lockLow(tx.db, accountId)
  if (!order) return false
  const { hasMethod, last } = await getRefillState(tx, { accountId })
  const isUnderWay = last?.status === 'created' || last?.status === 'pending'
  if (!hasMethod || isUnderWay) return false
  if (last?.status === 'failed' && last.createdAt >= order.updatedAt) {
    const reason = 'the last payment failed'
    await pauseRefill(tx, { accountId, reason, since: order.updatedAt })
    return false
  }
  const purchase = await planRefill(tx, { accountId, cents: order.cents, day: dayName(tx.clock()) })
  if (!purchase) return false
  const payload = { purchaseId: purchase.id }
  await addToOutbox(tx, [{ kind: CHARGE, dedupe: `${CHARGE}:${purchase.id}`, payload }])
  return true
}
