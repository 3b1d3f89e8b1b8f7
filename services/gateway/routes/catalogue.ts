import * as z from 'zod'
import { POWERS, type Power } from '#lib/credits/price-list.ts'
import { findPriceTerms, priceTokens } from '#lib/credits/price-request.ts'
import { type CatalogueModel, listUsable } from '#lib/gateway/catalogue.ts'
import { formatUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import { defineGatewayRoute, type GatewayRoute } from '../define-gateway-route.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { AccountCaller } from '../schemas.ts'

const modelView = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.number().int(),
  owned_by: z.string(),
  /** Absent for a subscription's key, whose schedule is on chain. */
  usd_per_1k_tokens: z.record(z.enum(POWERS), z.string()).optional(),
})
const modelListView = z.object({ object: z.literal('list'), data: z.array(modelView) })

/** Of a model it is not known when it was made, which OpenAI's clients want to be told. */
const CREATED = 0

const viewOf = ({ name, provider }: CatalogueModel) => ({
  id: name,
  object: 'model' as const,
  created: CREATED,
  owned_by: provider,
})

/** A model that is asked with a key of the account's own costs the fee alone. */
function pricesOf(
  { prices, system }: GatewayParts,
  { account }: AccountCaller,
  { provider, name: model }: CatalogueModel,
  ownProviders: readonly string[],
) {
  const share = ownProviders.includes(provider) ? system.env.byok.feeBps : undefined
  const per1K = (power: Power): string => {
    const terms = findPriceTerms(prices, { provider, model, power, tier: account.tier }, share)
    return formatUsd(terms ? priceTokens(terms, 1_000n) : usd(0n))
  }
  return Object.fromEntries(POWERS.map((power) => [power, per1K(power)])) as Record<Power, string>
}

/** The models that the caller may use. */
export const catalogueRoutes: readonly GatewayRoute[] = [
  defineGatewayRoute(
    {
      method: 'GET',
      path: '/models',
      auth: 'caller',
      summary: 'The models that you may use, with what they cost',
      response: modelListView,
      errors: ['litellm_unreachable'],
    },
    async ({ parts, caller }) => {
      const catalogue = await parts.catalogue()
      if (caller.kind === 'vault') {
        const names = new Map(catalogue.map((entry) => [entry.name, entry]))
        return { object: 'list' as const, data: [...names.values()].map(viewOf) }
      }
      const { account, models, power } = caller
      const ownProviders = await parts.ownKeys.providersOf(account.id)
      const about = { list: parts.prices, tier: account.tier, models, ownProviders }
      const terms = { ...about, power: power ?? ('balanced' as const) }
      const data = listUsable(catalogue, terms).map((entry) => ({
        ...viewOf(entry),
        usd_per_1k_tokens: pricesOf(parts, caller, entry, ownProviders),
      }))
      return { object: 'list' as const, data }
    },
  ),
]
