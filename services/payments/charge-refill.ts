import { requireSystem } from '#services/auth/index.ts'
import type { StripeClient } from '#services/clients/stripe/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { isSendable } from './sendable.ts'
import { findMethod, findPurchaseById, updateIntended } from './store.ts'

/** What became of a refill; `refused`: a person has to look after the payment method. */
type RefillCharge =
  | { readonly outcome: 'sent' | 'nothing' }
  | { readonly outcome: 'refused'; readonly accountId: string; readonly reason: string }

/**
 * Charges the kept method for a refill that was planned. Safe to repeat, wherever it was cut off: the charge is named
 * by the purchase. The credits come with Stripe's event, as for every payment.
 */
export async function chargeRefill(
  ctx: ServiceContext,
  stripe: StripeClient,
  { purchaseId }: { purchaseId: string },
): Promise<RefillCharge> {
  requireSystem(ctx.actor)
  const purchase = await findPurchaseById(ctx.db, purchaseId)
  if (purchase?.status !== 'created') return { outcome: 'nothing' }
  const { accountId, cents } = purchase
  const end = async (reason: string, paymentIntentId: string | null): Promise<RefillCharge> => {
    const noted = { status: 'failed', paymentIntentId, updatedAt: ctx.clock() } as const
    return (await updateIntended(ctx.db, purchaseId, noted))
      ? { outcome: 'refused', accountId, reason }
      : { outcome: 'nothing' }
  }
  if (!isSendable(purchase, ctx.clock())) {
    return end('the payment could not be sent in time', null)
  }
  const { customerId, paymentMethodId } = (await findMethod(ctx.db, accountId)) ?? {}
  if (!customerId || !paymentMethodId) return end('no payment method is saved', null)
  const charged = await stripe.chargeSaved({ purchaseId, cents, customerId, paymentMethodId })
  if (!charged.ok) return end(charged.reason, charged.paymentIntentId)
  const { paymentIntentId } = charged
  await updateIntended(ctx.db, purchaseId, { status: 'pending', paymentIntentId, updatedAt: ctx.clock() })
  return { outcome: 'sent' }
}
