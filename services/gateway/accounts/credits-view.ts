import * as z from 'zod'
import { TIERS } from '#lib/credits/price-list.ts'
import { formatUsd } from '#lib/money/decimal.ts'
import { centsToUsd } from '#lib/payments/cents.ts'
import { type CreditsView, describeCredits } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type AutoRefill, getAutoRefill } from '#services/refills/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { instantView, usdView } from './shapes.ts'

export const creditsView = z.object({
  account_id: z.string(),
  tier: z.enum(TIERS),
  status: z.enum(['open', 'frozen']),
  balance_usd: usdView,
  /** Part of the balance that requests under way may still take. */
  held_usd: usdView,
  /** How many those are; also requests whose end isn't known yet. */
  held_requests: z.number().int(),
  usable_usd: usdView,
  /** What is owed after a payment was taken back: the next purchase pays it first. */
  receivable_usd: usdView,
  month: z.object({
    period: z.string().regex(/^\d{4}-\d{2}$/),
    spent_usd: usdView,
    held_usd: usdView,
    cap_usd: usdView.nullable(),
  }),
  grants: z.array(z.object({ remaining_usd: usdView, amount_usd: usdView, expires_at: instantView })),
  auto_refill: z
    .object({
      threshold_usd: usdView,
      amount_usd: usdView,
      status: z.enum(['active', 'needs_method', 'waiting', 'paused']),
      reason: z.string().nullable(),
      next_allowed_at: instantView,
    })
    .nullable(),
  limits: z.object({
    requests_per_minute: z.number().int(),
    tokens_per_minute: z.number().int(),
    parallel_requests: z.number().int(),
    providers: z.union([z.literal('*'), z.array(z.string())]),
  }),
  /** How FLOW is paid is told by `/credits/topups`. */
  payments: z.object({ stripe: z.boolean(), publishable_key: z.string().nullable() }),
  as_of: instantView,
})

const refillOf = ({ threshold, cents, status, reason, nextAllowedAt }: AutoRefill) => ({
  threshold_usd: formatUsd(threshold),
  amount_usd: formatUsd(centsToUsd(BigInt(cents))),
  status,
  reason,
  next_allowed_at: nextAllowedAt.toISOString(),
})

const monthOf = ({ month, account }: CreditsView) => ({
  period: `${Math.floor(month.period / 100)}-${String(month.period % 100).padStart(2, '0')}`,
  spent_usd: formatUsd(month.spent),
  held_usd: formatUsd(month.held),
  cap_usd: account.monthlyCap === null ? null : formatUsd(account.monthlyCap),
})

/** What the account that asks has and may do, read now. */
export async function viewCredits({ prices }: GatewayParts, ctx: ServiceContext): Promise<z.input<typeof creditsView>> {
  const [credits, refill] = await Promise.all([describeCredits(ctx), getAutoRefill(ctx)])
  const { account, usable, openHolds, grants, asOf } = credits
  const terms = prices.tiers[account.tier]
  const { stripe } = ctx.env
  return {
    account_id: account.id,
    tier: account.tier,
    status: account.status,
    balance_usd: formatUsd(account.balance),
    held_usd: formatUsd(account.held),
    held_requests: openHolds,
    usable_usd: formatUsd(usable),
    receivable_usd: formatUsd(account.receivable),
    month: monthOf(credits),
    grants: grants.map(({ amount, remaining, expiresAt }) => ({
      remaining_usd: formatUsd(remaining),
      amount_usd: formatUsd(amount),
      expires_at: expiresAt.toISOString(),
    })),
    auto_refill: refill && refillOf(refill),
    limits: {
      requests_per_minute: terms.requestsPerMinute,
      tokens_per_minute: terms.tokensPerMinute,
      parallel_requests: terms.parallelRequests,
      providers: terms.providers === '*' ? '*' : [...terms.providers],
    },
    payments: { stripe: stripe !== null, publishable_key: stripe?.publishableKey ?? null },
    as_of: asOf.toISOString(),
  }
}
