import { Stripe } from 'stripe'
import { AppError } from '#lib/errors/app-error.ts'

export interface StripeSettings {
  readonly secretKey: string
  readonly webhookSecret: string
  /** Null: Stripe's own address. */
  readonly apiUrl: string | null
}

interface NewPayment {
  /** Ours: Stripe makes one payment for it, however often it is asked. */
  readonly purchaseId: string
  readonly cents: number
  /** Where the buyer comes back to. */
  readonly returnUrl: string
  /** Who may be charged again by the method that pays this; null: it is not kept. */
  readonly customerId: string | null
}

interface SavedCharge {
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

/** What the buyer's browser needs to pay. */
export interface StartedPayment {
  readonly sessionId: string | null
  readonly paymentIntentId: string | null
  /** Stripe's page, for a checkout. */
  readonly url: string | null
  /** For the payment element; given to the buyer alone. */
  readonly clientSecret: string | null
}

export interface StripeClient {
  startCheckout(payment: NewPayment): Promise<StartedPayment>
  startElement(payment: NewPayment): Promise<StartedPayment>
  /** A customer of Stripe's for an account: one, however often it is asked for. */
  createCustomer(accountId: string): Promise<string>
  /** Charges a method that was kept; asked again for one purchase, it is the same charge. */
  chargeSaved(charge: SavedCharge): Promise<ChargeOutcome>
  /** The event that Stripe signed, or `signature_invalid`. */
  readEvent(body: string, signature: string): Stripe.Event
}

const CURRENCY = 'usd'
const TIMEOUT_MS = 15_000

function addressOf(apiUrl: string | null): Stripe.StripeConfig {
  if (apiUrl === null) return {}
  const { hostname: host, port, protocol } = new URL(apiUrl)
  return { host, protocol: protocol === 'http:' ? 'http' : 'https', ...(port ? { port } : {}) }
}

const idOf = (linked: string | { id: string } | null): string | null =>
  typeof linked === 'string' ? linked : (linked?.id ?? null)

const unavailable = (cause: unknown): AppError =>
  new AppError('payment_unavailable', 'Stripe does not answer right now. Nothing was charged: try again.', {
    internal: cause instanceof Error ? `Stripe: ${cause.message}` : 'Stripe failed',
  })

/** A proxy's empty answer must not pass for what was asked for. */
function identified<T extends { id: string }>(answer: T): T {
  if (typeof answer.id === 'string') return answer
  throw new Error('the answer names no object')
}

async function ask<T extends { id: string }>(call: Promise<T>): Promise<T> {
  try {
    return identified(await call)
  } catch (cause) {
    throw unavailable(cause)
  }
}

/** What keeps a method for charges without its owner, where that was asked for. */
const keeping = (customerId: string | null) =>
  customerId === null ? {} : { setup_future_usage: 'off_session' as const }
const ofCustomer = (customerId: string | null) => (customerId === null ? {} : { customer: customerId })

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

/** A client of Stripe's API. The secret key stays in it. */
export function createStripeClient({ secretKey, webhookSecret, apiUrl }: StripeSettings): StripeClient {
  const stripe = new Stripe(secretKey, {
    ...addressOf(apiUrl),
    timeout: TIMEOUT_MS,
    maxNetworkRetries: 2,
    telemetry: false,
  })
  return {
    async startCheckout({ purchaseId, cents, returnUrl, customerId }) {
      const metadata = { purchase_id: purchaseId }
      const price = { currency: CURRENCY, unit_amount: cents, product_data: { name: 'FlareFlow credits' } }
      const session = await ask(
        stripe.checkout.sessions.create(
          {
            mode: 'payment',
            line_items: [{ quantity: 1, price_data: price }],
            client_reference_id: purchaseId,
            metadata,
            ...ofCustomer(customerId),
            payment_intent_data: { metadata, ...keeping(customerId) },
            success_url: `${returnUrl}?purchase=${purchaseId}`,
            cancel_url: returnUrl,
          },
          { idempotencyKey: purchaseId },
        ),
      )
      const { id: sessionId, url, payment_intent: intent } = session
      return { sessionId, url, paymentIntentId: idOf(intent), clientSecret: null }
    },
    async startElement({ purchaseId, cents, customerId }) {
      const intent = await ask(
        stripe.paymentIntents.create(
          {
            amount: cents,
            currency: CURRENCY,
            metadata: { purchase_id: purchaseId },
            automatic_payment_methods: { enabled: true },
            ...ofCustomer(customerId),
            ...keeping(customerId),
          },
          { idempotencyKey: purchaseId },
        ),
      )
      return { sessionId: null, url: null, paymentIntentId: intent.id, clientSecret: intent.client_secret }
    },
    async createCustomer(accountId) {
      const params = { metadata: { account_id: accountId } }
      return (await ask(stripe.customers.create(params, { idempotencyKey: `customer-${accountId}` }))).id
    },
    async chargeSaved({ purchaseId, cents, customerId, paymentMethodId }) {
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
    },
    readEvent(body, signature) {
      try {
        return stripe.webhooks.constructEvent(body, signature, webhookSecret)
      } catch (cause) {
        const internal = cause instanceof Error ? cause.message : 'no valid signature'
        throw new AppError('signature_invalid', 'The event is not signed by Stripe. Nothing was done.', { internal })
      }
    },
  }
}
