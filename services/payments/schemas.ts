import * as z from 'zod'
import { LEAST_CENTS, MOST_CENTS } from '#lib/payments/cents.ts'

/** What a buyer asks for. The currency is ours, and what is paid is what the server told Stripe. */
const purchaseInput = z.object({
  cents: z.number().int().min(LEAST_CENTS, 'must be $5 at least').max(MOST_CENTS, 'must be $1,000 at most'),
  method: z.enum(['checkout', 'element']).default('checkout'),
  saveMethod: z.boolean().default(false),
})
export type PurchaseInput = z.output<typeof purchaseInput>

const linked = z
  .union([z.string(), z.object({ id: z.string() })])
  .nullish()
  .transform((link) => (typeof link === 'string' ? link : (link?.id ?? null)))
const metadata = z
  .record(z.string(), z.string())
  .nullish()
  .transform((all) => all?.['purchase_id'] ?? null)

/** The parts of Stripe's objects that decide something. */
export const checkoutSession = z.object({
  id: z.string(),
  payment_status: z.string(),
  payment_intent: linked,
  amount_total: z.number().int().nullable(),
  currency: z.string().nullable(),
  metadata,
})
export const paymentIntent = z.object({
  id: z.string(),
  amount_received: z.number().int(),
  currency: z.string(),
  metadata,
  customer: linked,
  payment_method: linked,
  setup_future_usage: z.string().nullish(),
})
export const refund = z.object({
  id: z.string(),
  amount: z.number().int().positive(),
  currency: z.string(),
  status: z.string().nullable(),
  payment_intent: linked,
})
export const dispute = refund.omit({ status: true })
export const closedDispute = refund.extend({ status: z.string() })
/** Stripe lists a charge's refunds in older versions of its API only. */
export const refundedCharge = z.object({ payment_intent: linked, refunds: z.object({ data: z.array(z.unknown()) }) })

/** What became of an event. */
export type Outcome =
  | { readonly outcome: 'applied' | 'ignored' }
  | { readonly outcome: 'unmatched' | 'refused'; readonly reason: string }
