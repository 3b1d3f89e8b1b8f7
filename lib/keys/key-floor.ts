/** What LiteLLM holds a key to. */
export interface KeyRate {
  readonly tokensPerMinute: number
  readonly parallelRequests: number
  /** Tokens by which one request may exceed what LiteLLM reserves for it when it admits it. */
  readonly callTokens: number
}

const MINUTE_MS = 60_000

/**
 * The most tokens that a key can use before its usage is seen and a block reaches it, when that takes `lagMs` at most.
 * LiteLLM counts in fixed windows of a minute, so the time touches one window more than it is minutes long. In each,
 * requests are admitted until the limit is reserved, and those that run exceed their reservation by `callTokens` each.
 */
export function unseenTokens({ tokensPerMinute, parallelRequests, callTokens }: KeyRate, lagMs: number): bigint {
  const windows = BigInt(Math.ceil(lagMs / MINUTE_MS) + 1)
  return windows * (BigInt(tokensPerMinute) + BigInt(parallelRequests) * BigInt(callTokens))
}
