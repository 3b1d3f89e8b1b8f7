import * as z from 'zod'
import { TIERS } from '#lib/credits/price-list.ts'
import { LEAST_CENTS, MOST_CENTS } from '#lib/payments/cents.ts'
import { changeAccount } from '#services/accounts/index.ts'
import { listHistory } from '#services/credits/index.ts'
import { asAccount } from '../accounts/as-account.ts'
import { creditsView, viewCredits } from '../accounts/credits-view.ts'
import { historyType, historyView, kindsOf, lineView } from '../accounts/history-view.ts'
import { centsInput, limitInput, positiveUsd, usdInput } from '../accounts/shapes.ts'
import { defineGatewayRoute, type GatewayRoute } from '../define-gateway-route.ts'

const show = defineGatewayRoute(
  {
    method: 'GET',
    path: '/credits',
    auth: 'account',
    summary: 'Balance, month, given credits, limits and ways to pay',
    response: creditsView,
    headers: { 'Cache-Control': 'no-cache: as of now, and not of a minute ago at most. as_of says of when it is.' },
    errors: [],
  },
  ({ parts, request, ...input }) => {
    const isFresh = /\bno-cache\b/i.test(request.headers.get('cache-control') ?? '')
    return parts.display.get(input.caller.account.id, isFresh, () => viewCredits(parts, asAccount(input)))
  },
)

const refillOrder = z.strictObject({
  threshold_usd: positiveUsd,
  amount_usd: centsInput.pipe(
    z.number().min(LEAST_CENTS, 'must be $5 at least').max(MOST_CENTS, 'must be $1,000 at most'),
  ),
})

const change = defineGatewayRoute(
  {
    method: 'PATCH',
    path: '/credits',
    auth: 'session',
    summary: 'Change your monthly cap, tier or automatic refill; null ends a cap or a refill',
    body: z.strictObject({
      monthly_cap_usd: usdInput.nullable().optional(),
      tier: z.enum(TIERS).optional(),
      auto_refill: refillOrder.nullable().optional(),
    }),
    response: creditsView,
    errors: ['not_configured', 'not_permitted'],
  },
  async ({ parts, ...input }) => {
    const { monthly_cap_usd: monthlyCap, tier, auto_refill: refill } = input.body
    const ctx = asAccount(input)
    const autoRefill = refill && { threshold: refill.threshold_usd, cents: refill.amount_usd }
    await changeAccount(ctx, { tier, monthlyCap, autoRefill })
    parts.display.forget(input.caller.account.id)
    return viewCredits(parts, ctx)
  },
)

const history = defineGatewayRoute(
  {
    method: 'GET',
    path: '/credits/history',
    auth: 'account',
    summary: 'Everything that moved your balance, newest first, a page at a time',
    query: z.strictObject({
      cursor: z.string().max(1_000).optional(),
      limit: limitInput,
      type: historyType.optional(),
    }),
    response: historyView,
    errors: [],
  },
  async ({ ctx, caller, query: { cursor = null, limit, type } }) => {
    const kinds = type === undefined ? null : kindsOf(type)
    const { lines, next } = await listHistory(ctx, { accountId: caller.account.id, cursor, limit, kinds })
    return { data: lines.map(lineView), next_cursor: next }
  },
)

/** What an account has, and what became of it. */
export const creditRoutes: readonly GatewayRoute[] = [show, change, history]
