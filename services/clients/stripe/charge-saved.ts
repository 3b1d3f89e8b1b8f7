import { Stripe } from 'stripe'
import { identified, unavailable } from './ask.ts'

export const CURRENCY = 'usd'

export interface SavedCharge {
  readonly purchaseId: string
  readonly cents: number
  readonly customerId: string
  readonly paymentMethodId: string
}

/** What became of a charge that nobody was there to confirm. Its money is there when an event says so. */
export type ChargeOutcome =
  | { readonly ok: true; readonly paymentIntentId: string }
  /** Trying again would fail again. */
  | { readonly ok: false; readonly paymentIntentId: string | null; readonly reason: string }

const REASONS: Readonly<Record<string, string>> = {
  authentication_required: 'your bank wants you to confirm the payment',
  card_declined: 'the card was declined',
  expired_card: 'the card has expired',
  resource_missing: 'the saved payment method is gone',
}

/** A refusal that is about the method; null when the call itself failed, and may work later. */
function refusalOf(error: unknown): ChargeOutcome | null {
  const { StripeCardError, StripeInvalidRequestError } = Stripe.errors
  const isAboutMethod = error instanceof StripeCardError || error instanceof StripeInvalidRequestError
  if (!isAboutMethod || ![400, 402, 404].includes(error.statusCode ?? 0)) return null
  const reason = REASONS[error.code ?? ''] ?? 'the payment was refused'
  return { ok: false, paymentIntentId: error.payment_intent?.id ?? null, reason }
}

/** Charges a kept method without its owner; asked again for one purchase, it is the same charge. */
export async function chargeSaved(
  stripe: Stripe,
  { purchaseId, cents, customerId, paymentMethodId }: SavedCharge,
): Promise<ChargeOutcome> {
  const charge = {
    amount: cents,
    currency: CURRENCY,
    customer: customerId,
    payment_method: paymentMethodId,
    off_session: true,
    confirm: true,
    metadata: { purchase_id: purchaseId },
  }
  try {
    const call = stripe.paymentIntents.create(charge, { idempotencyKey: purchaseId })
    return { ok: true, paymentIntentId: identified(await call).id }
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal) return refusal
    throw unavailable(error)
  }
}
