/** Calls and their tokens as models report them. Calls that failed or were answered by a cache are not in it. */
export interface RatedUsage {
  readonly requests: bigint
  /** All of the prompt. */
  readonly inputTokens: bigint
  /** All of the answer. */
  readonly outputTokens: bigint
  /** Of the input: read from the provider's cache. */
  readonly cachedTokens: bigint
  /** Of the input: written to the provider's cache. */
  readonly cacheWriteTokens: bigint
  /** Of the output: thought, not said. */
  readonly reasoningTokens: bigint
}

export const RATE_KINDS = ['input', 'output', 'cached', 'cache_write', 'reasoning', 'request'] as const
/** What a rate is for. `input` and `output` are what the other kinds leave of them. */
export type RateKind = (typeof RATE_KINDS)[number]

const atLeast0 = (count: bigint): bigint => (count > 0n ? count : 0n)

/**
 * Splits usage into classes that share no token, so that each is paid once. Where parts exceed their whole, as when a
 * provider counts its cache apart, nothing is left of the whole and the parts count as they are.
 */
export function tokenClasses(usage: RatedUsage): Record<RateKind, bigint> {
  return {
    input: atLeast0(usage.inputTokens - usage.cachedTokens - usage.cacheWriteTokens),
    output: atLeast0(usage.outputTokens - usage.reasoningTokens),
    cached: usage.cachedTokens,
    cache_write: usage.cacheWriteTokens,
    reasoning: usage.reasoningTokens,
    request: usage.requests,
  }
}
