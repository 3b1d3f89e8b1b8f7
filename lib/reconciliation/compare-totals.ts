import { showCost } from './compare-call.ts'
import type { Difference } from './difference.ts'

/** Calls by outcome and LiteLLM's cost of them, 1e-12 USD. */
export interface Totals {
  readonly successes: bigint
  readonly failures: bigint
  readonly cost: bigint
}

export const addTotals = (a: Totals, b: Totals): Totals => ({
  successes: a.successes + b.successes,
  failures: a.failures + b.failures,
  cost: a.cost + b.cost,
})

export const NO_CALLS: Totals = { successes: 0n, failures: 0n, cost: 0n }

/** LiteLLM adds costs up as binary floats: so much of each may be lost, 1e-12 USD. */
const ROUNDING_PER_CALL = 2n

/** A call that we have and LiteLLM's log has not. */
export interface OnlyHere {
  readonly id: string
  readonly isFailure: boolean
  readonly cost: bigint
  readonly model: string
  readonly billableTokens: bigint
  /** False: its identity was neither minted for its key nor taken from a row of LiteLLM's. */
  readonly isGenuine: boolean
}

export interface DayBooks {
  /** Of the rows in LiteLLM's log. */
  readonly rows: Totals
  readonly onlyHere: readonly OnlyHere[]
  /**
   * What LiteLLM counted in the day, apart from its log; `running` while the day isn't over, null where it can't say.
   */
  readonly counted: Totals | 'running' | null
}

const totalsOf = ({ isFailure, cost }: OnlyHere): Totals =>
  isFailure ? { successes: 0n, failures: 1n, cost } : { successes: 1n, failures: 0n, cost }

const callsOf = ({ successes, failures }: Totals): bigint => successes + failures
const distance = (a: bigint, b: bigint): bigint => (a < b ? b - a : a - b)

const describe = ({ model, billableTokens, isFailure }: OnlyHere): string =>
  isFailure ? `${model}, failed` : `${model}, ${billableTokens} tokens`

/**
 * Judges the calls that only we have by LiteLLM's own count of the day, which counts each call once whether its log
 * keeps a row of it or not; and finds calls that LiteLLM counted and neither book has.
 */
export function compareTotals({ rows, onlyHere, counted }: DayBooks): Difference[] {
  const known = onlyHere.map(totalsOf).reduce(addTotals, rows)
  const differences = onlyHere.map((call): Difference => {
    const explanation = !call.isGenuine || counted === null ? null : explain(known, counted)
    const doubt = call.isGenuine ? '' : '; its identity was not minted for this key'
    return { kind: 'only_here', id: call.id, detail: `${describe(call)}${doubt}`, explanation }
  })
  if (counted === null || counted === 'running') return differences
  const lost = callsOf(counted) - callsOf(known)
  if (lost > 0n) {
    const detail = `LiteLLM counted ${callsOf(counted)} calls; its log and we together have ${callsOf(known)}`
    differences.push({ kind: 'lost_by_both', id: null, detail, explanation: null })
  } else if (isSameCount(known, counted) && !isSameCost(known, counted)) {
    const detail = `${showCost(known.cost)} USD in both books, ${showCost(counted.cost)} in LiteLLM’s total of the day`
    differences.push({ kind: 'total_cost_differs', id: null, detail, explanation: null })
  }
  return differences
}

const isSameCount = (known: Totals, counted: Totals): boolean =>
  known.successes === counted.successes && known.failures === counted.failures

const isSameCost = (known: Totals, counted: Totals): boolean =>
  distance(known.cost, counted.cost) <= ROUNDING_PER_CALL * (callsOf(known) + 1n)

function explain(known: Totals, counted: Totals | 'running'): Difference['explanation'] {
  if (counted === 'running') return 'day_not_over'
  return isSameCount(known, counted) && isSameCost(known, counted) ? 'counted_by_litellm' : null
}
