import { formatDecimal, formatUsd } from '#lib/money/decimal.ts'
import { formatCost } from '#lib/rating/cost.ts'
import { type Figures, marginOf, type UserMeasure } from '#lib/reports/figures.ts'
import type { UnratedUsage } from '#services/rating/index.ts'
import type { FiguresView } from './schemas.ts'

/** LiteLLM's costs and the margin are in 1e-12 USD. */
export const formatLitellm = (units: bigint): string => formatDecimal(units, 12)

/** Figures on the wire; costs only for who may see them. */
export function toFiguresView(figures: Figures, seesCosts: boolean): FiguresView {
  const { measures, billed, rated, unratedTokens } = figures
  const costs = {
    litellmUsd: formatLitellm(measures.litellmCost),
    litellmUnknown: measures.costUnknown.toString(),
    ratedUsd: formatCost(rated),
    unratedTokens: unratedTokens.toString(),
    marginUsd: formatLitellm(marginOf(figures)),
  }
  return {
    requests: measures.requests.toString(),
    failures: measures.failures.toString(),
    cacheHits: measures.cacheHits.toString(),
    tokens: {
      input: measures.inputTokens.toString(),
      output: measures.outputTokens.toString(),
      cached: measures.cachedTokens.toString(),
      cacheWrite: measures.cacheWriteTokens.toString(),
      reasoning: measures.reasoningTokens.toString(),
      billable: measures.billableTokens.toString(),
    },
    billedUsd: formatUsd(billed),
    costs: seesCosts ? costs : null,
  }
}

const DECIMALS: Record<UserMeasure, number> = { billed: 8, rated: 14, litellm: 12, tokens: 0, requests: 0 }

/** An amount of a measure: USD with its decimals, or a count. */
export const formatAmount = (amount: bigint, measure: UserMeasure): string =>
  DECIMALS[measure] === 0 ? amount.toString() : formatDecimal(amount, DECIMALS[measure])

/** What no table prices, added up by provider, model and kind, most tokens first; null for who sees no costs. */
export function toUnratedView(all: Iterable<UnratedUsage>, seesCosts: boolean) {
  if (!seesCosts) return null
  const sums = new Map<string, UnratedUsage>()
  for (const each of all) {
    const key = JSON.stringify([each.provider, each.model, each.kind])
    sums.set(key, { ...each, tokens: (sums.get(key)?.tokens ?? 0n) + each.tokens })
  }
  return [...sums.values()]
    .sort((a, b) => (a.tokens === b.tokens ? 0 : a.tokens > b.tokens ? -1 : 1))
    .map((each) => ({ ...each, tokens: each.tokens.toString() }))
}
