import { AppError } from '#lib/errors/app-error.ts'
import { requireAccount } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { findOwnPurchase, type PurchaseRow } from './store.ts'

/** A purchase of the account that asks. It is `paid` when Stripe has said that the money is there. */
export async function getPurchase(ctx: ServiceContext, { purchaseId }: { purchaseId: string }): Promise<PurchaseRow> {
  const purchase = await findOwnPurchase(ctx.db, requireAccount(ctx.actor), purchaseId)
  if (purchase) return purchase
  throw new AppError('not_found', 'You have no such purchase. Look at your history.')
}
