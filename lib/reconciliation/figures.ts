import { type CallFacts, showCost } from './compare-call.ts'

/** Sums of calls. Tokens and cost are those of calls that succeeded and that no cache answered. */
export interface CallSums {
  requests: bigint
  failures: bigint
  cacheHits: bigint
  inputTokens: bigint
  outputTokens: bigint
  cost: bigint
}

export const noSums = (): CallSums => ({
  requests: 0n,
  failures: 0n,
  cacheHits: 0n,
  inputTokens: 0n,
  outputTokens: 0n,
  cost: 0n,
})

/** Adds a call to sums, in place: days have many. */
export function addCall(sums: CallSums, call: CallFacts): void {
  sums.requests += 1n
  if (call.status === 'failure') sums.failures += 1n
  else if (call.cacheHit) sums.cacheHits += 1n
  else {
    sums.inputTokens += call.inputTokens ?? 0n
    sums.outputTokens += call.outputTokens ?? 0n
    sums.cost += call.litellmCost ?? 0n
  }
}

/** Sums as decimal text, the cost in USD. */
export function showSums({ cost, ...counts }: CallSums): Record<string, string> {
  const shown = Object.entries(counts).map(([name, count]) => [name, String(count)] as const)
  return { ...Object.fromEntries(shown), cost: showCost(cost) }
}
