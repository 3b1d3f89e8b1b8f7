import { addMeasures, type Measures, NO_USAGE } from '../metering/usage-measures.ts'
import { type Usd, usd } from '../money/units.ts'
import { type Cost, cost } from '../rating/cost.ts'

/** What a report says of some usage. */
export interface Figures {
  readonly measures: Readonly<Measures>
  /** Price by the schedule on chain, or the share of it. */
  readonly billed: Usd
  /** By the cost tables, of what they price. */
  readonly rated: Cost
  /** Tokens that no cost table prices. */
  readonly unratedTokens: bigint
}

export const NO_FIGURES: Figures = { measures: NO_USAGE, billed: usd(0n), rated: cost(0n), unratedTokens: 0n }

/** Adds figures up. */
export function sumFigures(all: Iterable<Figures>): Figures {
  const measures = { ...NO_USAGE }
  const sum = { billed: 0n, rated: 0n, unratedTokens: 0n }
  for (const figures of all) {
    addMeasures(measures, figures.measures)
    sum.billed += figures.billed
    sum.rated += figures.rated
    sum.unratedTokens += figures.unratedTokens
  }
  return { measures, billed: usd(sum.billed), rated: cost(sum.rated), unratedTokens: sum.unratedTokens }
}

/** LiteLLM's costs are in 1e-12 USD. */
const COSTS_PER_UNIT = 10_000n

/** What is left of the bill after LiteLLM's cost, in 1e-12 USD; below 0 where calls cost more than they bring. */
export const marginOf = ({ measures, billed }: Figures): bigint => billed * COSTS_PER_UNIT - measures.litellmCost

export const MEASURES_OF_USERS = ['billed', 'rated', 'litellm', 'tokens', 'requests'] as const
/** What users are compared by: `tokens` are the billable ones. */
export type UserMeasure = (typeof MEASURES_OF_USERS)[number]

export function amountOf({ measures, billed, rated }: Figures, measure: UserMeasure): bigint {
  const amounts = {
    billed,
    rated,
    litellm: measures.litellmCost,
    tokens: measures.billableTokens,
    requests: measures.requests,
  }
  return amounts[measure]
}
