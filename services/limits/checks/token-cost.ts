import { parseLitellmCost } from '#lib/metering/litellm-cost.ts'
import type { ServiceContext } from '#services/platform/context.ts'

const KEPT_MS = 600_000

type Known = { readonly cost: bigint | null; readonly at: number }
const known = new WeakMap<ServiceContext['litellm'], Known>()

/**
 * What the dearest token of any model that LiteLLM serves costs there, in 1e-12 of its dollars; null while that isn't
 * known. Asked at most every ten minutes.
 */
export async function dearestToken(ctx: ServiceContext): Promise<bigint | null> {
  const now = ctx.clock().getTime()
  const last = known.get(ctx.litellm)
  if (last && now - last.at < KEPT_MS) return last.cost
  const cost = await askDearest(ctx)
  known.set(ctx.litellm, { cost, at: now })
  return cost
}

async function askDearest(ctx: ServiceContext): Promise<bigint | null> {
  try {
    const models = await ctx.litellm.modelPrices()
    const costs = models.flatMap(({ prices }) =>
      Object.entries(prices).flatMap(([kind, price]) => (kind === 'request' ? [] : (parseLitellmCost(price) ?? []))),
    )
    return costs.reduce<bigint | null>((most, cost) => (most === null || cost > most ? cost : most), null)
  } catch (err) {
    ctx.log.warn({ err }, "LiteLLM's prices are not known: budgets of keys stay as they are")
    return null
  }
}
