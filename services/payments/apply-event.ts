import * as z from 'zod'
import { centsToUsd } from '#lib/payments/cents.ts'
import { creditPurchase, takeBackPayment } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import {
  checkoutSession,
  closedDispute,
  dispute,
  type Outcome,
  paymentIntent,
  refund,
  refundedCharge,
} from './schemas.ts'
import {
  findReturn,
  keepMethod,
  lockPurchase,
  lockPurchaseOfPayment,
  type PurchaseRow,
  saveReturn,
  updatePurchase,
} from './store.ts'

/** What an event is about, and what to do once its purchase is known. */
export interface ReadEvent {
  readonly paymentIntentId: string | null
  apply(tx: ServiceContext): Promise<Outcome>
}

const ignored: Outcome = { outcome: 'ignored' }
const applied: Outcome = { outcome: 'applied' }
const refused = (reason: string): Outcome => ({ outcome: 'refused', reason })
const unmatched = (reason: string): Outcome => ({ outcome: 'unmatched', reason })

interface Payment {
  readonly purchaseId: string | null
  readonly paymentIntentId: string | null
  readonly cents: number | null
  readonly currency: string | null
  /** What it left behind for later charges. */
  readonly kept?: { readonly customerId: string; readonly paymentMethodId: string } | null
}

/** Credits what was paid, if it is what was asked for. */
async function credit(tx: ServiceContext, payment: Payment): Promise<Outcome> {
  const { purchaseId, paymentIntentId, cents, currency, kept = null } = payment
  const purchase = purchaseId === null ? null : await lockPurchase(tx.db, purchaseId)
  if (!purchase || paymentIntentId === null) return refused('paid, but for no purchase of ours')
  if (cents !== purchase.cents || currency !== 'usd') {
    return refused(`paid ${cents} ${currency}, asked for ${purchase.cents} usd`)
  }
  if (purchase.paymentIntentId !== null && purchase.paymentIntentId !== paymentIntentId) {
    return refused(`a second payment of purchase ${purchase.id}`)
  }
  const facts = { purchase: purchase.id, method: 'card' }
  const amount = centsToUsd(BigInt(cents))
  await creditPurchase(tx, { paymentId: paymentIntentId, accountId: purchase.accountId, from: 'stripe', amount, facts })
  await updatePurchase(tx.db, purchase.id, { status: 'paid', paymentIntentId, updatedAt: tx.clock() })
  if (kept) await keepMethod(tx.db, purchase.accountId, { ...kept, updatedAt: tx.clock() })
  return applied
}

/** Notes how far a payment got; one that is paid stays so, whatever comes late. */
async function note(tx: ServiceContext, purchaseId: string | null, status: 'pending' | 'failed'): Promise<Outcome> {
  const purchase = purchaseId === null ? null : await lockPurchase(tx.db, purchaseId)
  if (!purchase || purchase.status === 'paid') return ignored
  await updatePurchase(tx.db, purchase.id, { status, updatedAt: tx.clock() })
  return applied
}

interface Return {
  readonly id: string
  readonly why: 'refund' | 'dispute'
  readonly cents: number
  readonly currency: string
}

/** Takes credits back for money that went back, or gives them again; the last word on a return is never undone. */
async function settleReturn(
  tx: ServiceContext,
  paymentIntentId: string | null,
  returned: Return,
  state: 'taken' | 'given',
): Promise<Outcome> {
  const purchase = paymentIntentId === null ? null : await lockPurchaseOfPayment(tx.db, paymentIntentId)
  if (purchase?.status !== 'paid') return unmatched('its payment is not known yet')
  if (returned.currency !== 'usd') return refused(`returned in ${returned.currency}`)
  const before = await findReturn(tx.db, returned.id)
  if (before?.state === 'given' || before?.state === state) return ignored
  const amount = centsToUsd(BigInt(returned.cents))
  if (state === 'taken') await takeBack(tx, purchase, returned)
  else if (before) await giveAgain(tx, purchase, returned)
  await saveReturn(tx.db, { id: returned.id, accountId: purchase.accountId, amount, state, updatedAt: tx.clock() })
  return applied
}

const takeBack = (tx: ServiceContext, { id: purchase, accountId }: PurchaseRow, { id, why, cents }: Return) =>
  takeBackPayment(tx, {
    returnId: id,
    accountId,
    to: 'stripe',
    why,
    amount: centsToUsd(BigInt(cents)),
    facts: { purchase },
  })

const giveAgain = (tx: ServiceContext, { id: purchase, accountId }: PurchaseRow, { id, cents }: Return) =>
  creditPurchase(tx, {
    paymentId: `again:${id}`,
    accountId,
    from: 'stripe',
    amount: centsToUsd(BigInt(cents)),
    facts: { purchase, returned: id },
  })

function readSession(type: string, object: unknown): ReadEvent {
  const session = checkoutSession.parse(object)
  const { payment_intent: paymentIntentId, metadata: purchaseId, amount_total: cents, currency } = session
  if (type === 'checkout.session.async_payment_failed' || type === 'checkout.session.expired') {
    return { paymentIntentId, apply: (tx) => note(tx, purchaseId, 'failed') }
  }
  // A delayed payment method: the session is complete, the money is not there.
  if (session.payment_status !== 'paid') return { paymentIntentId, apply: (tx) => note(tx, purchaseId, 'pending') }
  return { paymentIntentId, apply: (tx) => credit(tx, { purchaseId, paymentIntentId, cents, currency }) }
}

function readIntent(type: string, object: unknown): ReadEvent {
  const { id, metadata: purchaseId, amount_received: cents, currency, ...intent } = paymentIntent.parse(object)
  if (type !== 'payment_intent.succeeded') {
    return { paymentIntentId: id, apply: (tx) => note(tx, purchaseId, 'failed') }
  }
  const { customer: customerId, payment_method: paymentMethodId, setup_future_usage: usage } = intent
  const kept = usage === 'off_session' && customerId && paymentMethodId ? { customerId, paymentMethodId } : null
  return { paymentIntentId: id, apply: (tx) => credit(tx, { purchaseId, paymentIntentId: id, cents, currency, kept }) }
}

function readRefund(type: string, object: unknown): ReadEvent {
  const { id, amount: cents, currency, status, payment_intent: paymentIntentId } = refund.parse(object)
  const returned = { id, why: 'refund' as const, cents, currency }
  if (type === 'refund.failed' || status === 'failed' || status === 'canceled') {
    return { paymentIntentId, apply: (tx) => settleReturn(tx, paymentIntentId, returned, 'given') }
  }
  if (status !== 'succeeded') return { paymentIntentId, apply: async () => ignored }
  return { paymentIntentId, apply: (tx) => settleReturn(tx, paymentIntentId, returned, 'taken') }
}

function readDispute(type: string, object: unknown): ReadEvent {
  const { id, amount: cents, currency, payment_intent: paymentIntentId } = dispute.parse(object)
  const state = type === 'charge.dispute.funds_reinstated' ? ('given' as const) : ('taken' as const)
  const returned = { id, why: 'dispute' as const, cents, currency }
  return { paymentIntentId, apply: (tx) => settleReturn(tx, paymentIntentId, returned, state) }
}

/** Of a dispute that is lost, for those whom Stripe doesn't tell when its money moves. */
function readClosedDispute(_type: string, object: unknown): ReadEvent {
  const { status, payment_intent: paymentIntentId } = closedDispute.parse(object)
  if (status === 'lost') return readDispute('charge.dispute.funds_withdrawn', object)
  return { paymentIntentId, apply: async () => ignored }
}

/** Each refund by its id, so that hearing of it in another event too takes nothing twice. */
function readRefundedCharge(_type: string, object: unknown): ReadEvent {
  const { payment_intent: paymentIntentId, refunds } = refundedCharge.parse(object)
  const events = refunds.data.map((each) => readRefund('refund.updated', each))
  return {
    paymentIntentId,
    async apply(tx) {
      let told = ignored
      for (const event of events) {
        const outcome = await event.apply(tx)
        if (outcome.outcome === 'unmatched' || outcome.outcome === 'refused') return outcome
        if (outcome.outcome === 'applied') told = outcome
      }
      return told
    },
  }
}

const READERS: Readonly<Record<string, (type: string, object: unknown) => ReadEvent>> = {
  'checkout.session.completed': readSession,
  'checkout.session.async_payment_succeeded': readSession,
  'checkout.session.async_payment_failed': readSession,
  'checkout.session.expired': readSession,
  'payment_intent.succeeded': readIntent,
  'payment_intent.payment_failed': readIntent,
  'payment_intent.canceled': readIntent,
  'refund.created': readRefund,
  'refund.updated': readRefund,
  'refund.failed': readRefund,
  'charge.dispute.funds_withdrawn': readDispute,
  'charge.dispute.funds_reinstated': readDispute,
  'charge.dispute.closed': readClosedDispute,
  'charge.refunded': readRefundedCharge,
}

/** Reads an event of Stripe's; one that we don't use, or can't read, says so as its outcome. */
export function readStripeEvent(type: string, object: unknown): ReadEvent {
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined
  if (!read) return { paymentIntentId: null, apply: async () => ignored }
  try {
    return read(type, object)
  } catch (error) {
    const fault = error instanceof z.ZodError ? error.issues[0]?.path.join('.') : null
    return { paymentIntentId: null, apply: async () => refused(`not as Stripe documents it: ${fault ?? 'unreadable'}`) }
  }
}
