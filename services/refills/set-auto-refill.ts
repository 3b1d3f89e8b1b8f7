import type { Usd } from '#lib/money/units.ts'
import { AppError } from '#lib/errors/app-error.ts'
import { requireHolder } from '#services/auth/index.ts'
import { endPlannedRefills } from '#services/payments/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { deleteRefill, saveRefill } from './store.ts'

/** Buy so much when the balance is below so much. */
export interface RefillOrder {
  readonly threshold: Usd
  readonly cents: number
}

/** Orders refills for the account that asks, or ends them. An order that was paused by a failed payment runs again. */
export async function setAutoRefill(ctx: ServiceContext, order: RefillOrder | null): Promise<void> {
  const accountId = requireHolder(ctx.actor)
  if (order === null) {
    return withTransaction(ctx, async (tx) => {
      // In this order: whoever plans one meanwhile has the order's lock, and what they planned is ended too.
      await deleteRefill(tx.db, accountId)
      await endPlannedRefills(tx)
    })
  }
  if (ctx.env.stripe === null) {
    throw new AppError('not_configured', "Stripe isn't configured here, so nothing can be bought automatically.")
  }
  await saveRefill(ctx.db, { ...order, accountId, status: 'active', reason: null, updatedAt: ctx.clock() })
}
