import * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'
import { formatUsd } from '#lib/money/decimal.ts'
import { centsToUsd, LEAST_CENTS, MOST_CENTS } from '#lib/payments/cents.ts'
import { getPurchase, startPurchase } from '#services/payments/index.ts'
import { asAccount } from '../accounts/as-account.ts'
import { centsInput, idInput, instantView, requestKeyOf, usdView } from '../accounts/shapes.ts'
import { defineGatewayRoute, type GatewayRoute } from '../define-gateway-route.ts'

const start = defineGatewayRoute(
  {
    method: 'POST',
    path: '/credits/purchase',
    auth: 'session',
    summary: 'Begin to buy credits by card: on a page of Stripe, or with its payment form in yours',
    body: z.strictObject({
      amount_usd: centsInput.pipe(
        z.number().min(LEAST_CENTS, 'must be $5 at least').max(MOST_CENTS, 'must be $1,000 at most'),
      ),
      method: z.enum(['checkout', 'element']).default('checkout'),
      save_method: z.boolean().default(false),
    }),
    response: z.object({
      purchase_id: z.string(),
      url: z.string().nullable(),
      client_secret: z.string().nullable(),
      publishable_key: z.string(),
    }),
    status: 201,
    headers: { 'Idempotency-Key': 'Required. A repetition is the same purchase.' },
    errors: ['idempotency_conflict', 'not_configured', 'payment_unavailable'],
  },
  async ({ parts: { stripe, system }, caller, request, body }) => {
    const requestKey = requestKeyOf(request)
    if (stripe === null || system.env.stripe === null) {
      throw new AppError('not_configured', "Stripe isn't configured, so credits can't be bought by card here.")
    }
    const { amount_usd: cents, method, save_method: saveMethod } = body
    const buying = { accountId: caller.account.id, requestKey, cents, method, saveMethod }
    const { purchaseId, url, clientSecret } = await startPurchase(system, stripe, buying)
    const { publishableKey } = system.env.stripe
    return { purchase_id: purchaseId, url, client_secret: clientSecret, publishable_key: publishableKey }
  },
)

const show = defineGatewayRoute(
  {
    method: 'GET',
    path: '/credits/purchases/{id}',
    auth: 'account',
    summary: 'How far a purchase got',
    params: z.object({ id: idInput() }),
    response: z.object({
      purchase_id: z.string(),
      status: z.enum(['created', 'pending', 'paid', 'failed']),
      amount_usd: usdView,
      method: z.enum(['checkout', 'element', 'refill']),
      created_at: instantView,
    }),
    errors: [],
  },
  async (input) => {
    const { id, status, cents, method, createdAt } = await getPurchase(asAccount(input), {
      purchaseId: input.params.id,
    })
    const amount = formatUsd(centsToUsd(BigInt(cents)))
    return { purchase_id: id, status, amount_usd: amount, method, created_at: createdAt.toISOString() }
  },
)

/** Buying credits by card. */
export const purchaseRoutes: readonly GatewayRoute[] = [start, show]
