import { Stripe } from 'stripe'
import { AppError } from '#lib/errors/app-error.ts'
import { ask } from './ask.ts'
import { type ChargeOutcome, chargeSaved, CURRENCY, type SavedCharge } from './charge-saved.ts'

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

const TIMEOUT_MS = 15_000

function addressOf(apiUrl: string | null): Stripe.StripeConfig {
  if (apiUrl === null) return {}
  const { hostname: host, port, protocol } = new URL(apiUrl)
  return { host, protocol: protocol === 'http:' ? 'http' : 'https', ...(port ? { port } : {}) }
}

const idOf = (linked: string | { id: string } | null): string | null =>
  typeof linked === 'string' ? linked : (linked?.id ?? null)

/** What keeps a method for charges without its owner, where that was asked for. */
const keeping = (customerId: string | null) =>
  customerId === null ? {} : { setup_future_usage: 'off_session' as const }
const ofCustomer = (customerId: string | null) => (customerId === null ? {} : { customer: customerId })

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
    chargeSaved: (charge) => chargeSaved(stripe, charge),
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
