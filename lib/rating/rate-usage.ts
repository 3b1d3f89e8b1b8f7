import { type Cost, cost } from './cost.ts'
import { type CostTable, type RateFinder, rateFinder } from './cost-table.ts'
import { RATE_KINDS, type RateKind, type RatedUsage, tokenClasses } from './token-classes.ts'

/** A rate per request is in 1e-8 USD; a rate of tokens is per 1M of them. */
const TOKENS_PER_RATE = 1_000_000n

/** Tokens for which the table has no rate: their cost is not known, which is not 0. */
interface Unrated {
  readonly kind: RateKind
  readonly tokens: bigint
}

interface Rating {
  /** Of what has a rate. */
  readonly cost: Cost
  readonly unrated: readonly Unrated[]
}

type UsageRater = (provider: string, model: string, usage: RatedUsage) => Rating

/**
 * What usage costs under one table. Exact and linear: parts may be rated and added, or added and rated. Without a table
 * every token is unrated. A fee per request is a surcharge: a model without one has none.
 */
export function usageRater(table: CostTable | null): UsageRater {
  const find: RateFinder = table ? rateFinder(table) : () => ({})
  return (provider, model, usage) => {
    const classes = tokenClasses(usage)
    const rates = find(provider, model)
    const unrated: Unrated[] = []
    let sum = 0n
    for (const kind of RATE_KINDS) {
      const count = classes[kind]
      if (count === 0n) continue
      const rate = rates[kind]
      if (rate !== undefined) sum += count * rate * (kind === 'request' ? TOKENS_PER_RATE : 1n)
      else if (kind !== 'request') unrated.push({ kind, tokens: count })
    }
    return { cost: cost(sum), unrated }
  }
}
