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
}

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

async function ask<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (cause) {
    const internal = cause instanceof Error ? `Stripe: ${cause.message}` : 'Stripe failed'
    throw new AppError('payment_unavailable', 'Stripe does not answer right now. Nothing was charged: try again.', {
      internal,
    })
  }
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
    async startCheckout({ purchaseId, cents, returnUrl }) {
      const metadata = { purchase_id: purchaseId }
      const price = { currency: CURRENCY, unit_amount: cents, product_data: { name: 'FlareFlow credits' } }
      const session = await ask(
        stripe.checkout.sessions.create(
          {
            mode: 'payment',
            line_items: [{ quantity: 1, price_data: price }],
            client_reference_id: purchaseId,
            metadata,
            payment_intent_data: { metadata },
            success_url: `${returnUrl}?purchase=${purchaseId}`,
            cancel_url: returnUrl,
          },
          { idempotencyKey: purchaseId },
        ),
      )
      const { id: sessionId, url, payment_intent: intent } = session
      return { sessionId, url, paymentIntentId: idOf(intent), clientSecret: null }
    },
    async startElement({ purchaseId, cents }) {
      const intent = await ask(
        stripe.paymentIntents.create(
          {
            amount: cents,
            currency: CURRENCY,
            metadata: { purchase_id: purchaseId },
            automatic_payment_methods: { enabled: true },
          },
          { idempotencyKey: purchaseId },
        ),
      )
      return { sessionId: null, url: null, paymentIntentId: intent.id, clientSecret: intent.client_secret }
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
