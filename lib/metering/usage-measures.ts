import { billableTokens, type UsageEvent } from './usage-event.ts'

/** What is added up of calls, in the order of the rollups' columns. */
export const MEASURES = [
  /** Calls of every outcome. */
  'requests',
  'failures',
  /** Answered by a cache. */
  'cacheHits',
  /** Tokens and cost: of successful calls that no cache answered. A count that is missing adds nothing. */
  'inputTokens',
  'outputTokens',
  'cachedTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'billableTokens',
  /** 1e-12 USD, each call's rounded once. */
  'litellmCost',
  /** Calls of those for which LiteLLM told no cost that can be read. */
  'costUnknown',
  /** Calls of those with billable tokens that cost nothing, says LiteLLM. */
  'costZero',
] as const

export type Measures = Record<(typeof MEASURES)[number], bigint>

export const NO_USAGE: Readonly<Measures> = {
  requests: 0n,
  failures: 0n,
  cacheHits: 0n,
  inputTokens: 0n,
  outputTokens: 0n,
  cachedTokens: 0n,
  cacheWriteTokens: 0n,
  reasoningTokens: 0n,
  billableTokens: 0n,
  litellmCost: 0n,
  costUnknown: 0n,
  costZero: 0n,
}

/** One call's share of the sums; `cost` is LiteLLM's in 1e-12 USD, null if it told none that can be read. */
export function measuresOf(event: UsageEvent, cost: bigint | null): Measures {
  if (event.status === 'failure') return { ...NO_USAGE, requests: 1n, failures: 1n }
  if (event.status === 'unknown') return { ...NO_USAGE, requests: 1n }
  if (event.cacheHit) return { ...NO_USAGE, requests: 1n, cacheHits: 1n }
  const billable = billableTokens(event)
  return {
    requests: 1n,
    failures: 0n,
    cacheHits: 0n,
    inputTokens: event.inputTokens ?? 0n,
    outputTokens: event.outputTokens ?? 0n,
    cachedTokens: event.cachedTokens ?? 0n,
    cacheWriteTokens: event.cacheWriteTokens ?? 0n,
    reasoningTokens: event.reasoningTokens ?? 0n,
    billableTokens: billable,
    litellmCost: cost ?? 0n,
    costUnknown: cost === null ? 1n : 0n,
    costZero: cost === 0n && billable > 0n ? 1n : 0n,
  }
}

/** Adds usage to sums in place. */
export function addMeasures(sums: Measures, more: Readonly<Measures>): void {
  for (const measure of MEASURES) if (more[measure] !== 0n) sums[measure] += more[measure]
}
