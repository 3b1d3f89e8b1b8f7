import { AppError } from '#lib/errors/app-error.ts'
import type { StartedPayment, StripeClient } from '#services/clients/stripe/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import type { PurchaseInput } from './schemas.ts'
import { isSendable } from './sendable.ts'
import { findMethod, findPurchase, insertCustomer, insertPurchase, noteStarted, type PurchaseRow } from './store.ts'

export interface StartPurchase extends PurchaseInput {
  readonly accountId: string
  /** The buyer's own id of this request: a second click, or a retry after a time-out, is the same purchase. */
  readonly requestKey: string
}

/**
 * Begins a purchase at Stripe: one for each request of the buyer, however often it comes, and wherever an earlier try
 * was cut off. Nothing is credited before Stripe says that it was paid.
 */
export async function startPurchase(
  ctx: ServiceContext,
  stripe: StripeClient,
  { accountId, requestKey, cents, method, saveMethod }: StartPurchase,
): Promise<StartedPayment & { purchaseId: string }> {
  const now = ctx.clock()
  const wanted = { accountId, requestKey, cents, method, saveMethod }
  const row = { ...wanted, status: 'created' as const, createdAt: now, updatedAt: now }
  await insertPurchase(ctx.db, { ...row, id: `pur_${randomHex(12)}` })
  const purchase = await findPurchase(ctx.db, { accountId, requestKey })
  if (!purchase) throw new AppError('internal', 'The purchase could not be started. Nothing was charged: try again.')
  if (purchase.cents !== cents || purchase.method !== method || purchase.saveMethod !== saveMethod) {
    throw new AppError('idempotency_conflict', 'This request was made before for something else. Start a new purchase.')
  }
  if (purchase.status === 'paid') return paidView(purchase)
  // One that failed goes on: its payment at Stripe may be tried again with another card.
  if (!isSendable(purchase, now)) throw tooOld()
  const customerId = saveMethod ? await ensureCustomer(ctx, stripe, accountId) : null
  const payment = { purchaseId: purchase.id, cents, returnUrl: `${ctx.env.app.url}/credits`, customerId }
  const started = await (method === 'checkout' ? stripe.startCheckout(payment) : stripe.startElement(payment))
  const { sessionId, paymentIntentId } = started
  const noted = await noteStarted(ctx.db, purchase.id, { sessionId, paymentIntentId, updatedAt: now })
  if (!noted) return paidView(purchase)
  // A payment beside the purchase's own would be paid for nothing.
  if (paymentIntentId !== null && noted.paymentIntentId !== paymentIntentId) throw tooOld()
  return { ...started, purchaseId: purchase.id }
}

const tooOld = (): AppError =>
  new AppError('idempotency_conflict', 'This purchase was begun too long ago to go on. Start a new purchase.')

/** There is nothing left to pay: the buyer looks at the purchase. */
const paidView = ({ id, sessionId, paymentIntentId }: PurchaseRow): StartedPayment & { purchaseId: string } => ({
  purchaseId: id,
  sessionId,
  paymentIntentId,
  url: null,
  clientSecret: null,
})

/** The account's customer at Stripe, made when it is first needed. */
async function ensureCustomer(ctx: ServiceContext, stripe: StripeClient, accountId: string): Promise<string> {
  const known = await findMethod(ctx.db, accountId)
  if (known) return known.customerId
  const customerId = await stripe.createCustomer(accountId)
  await insertCustomer(ctx.db, { accountId, customerId, updatedAt: ctx.clock() })
  return customerId
}
