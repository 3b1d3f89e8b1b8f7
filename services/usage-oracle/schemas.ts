/** How far back usage is looked at, from now. */
export const WINDOWS = { '1h': 1, '24h': 24, '7d': 168, '30d': 720 } as const
export type UsageWindow = keyof typeof WINDOWS

const HOUR_MS = 3_600_000

export const startOf = (window: UsageWindow, now: Date): Date => new Date(now.getTime() - WINDOWS[window] * HOUR_MS)

/** What somebody used within a window. */
export interface LiteLLMUsage {
  /** Billable tokens: prompt and completion of calls that succeeded and that no cache answered. */
  readonly totalTokens: bigint
  /** Calls of every outcome. */
  readonly apiCalls: bigint
  /** Billable tokens by model, most first. */
  readonly models: Readonly<Record<string, bigint>>
  /** What LiteLLM says it cost, USD with 12 decimals. A cross-check: the bill is the contract's, by tokens. */
  readonly totalCost: string
  /** Whose books: ours, or LiteLLM's own for somebody who has no key of ours. */
  readonly source: 'flareflow' | 'litellm'
}

/** What the registry of triggers calls the handler of metered usage. */
const HANDLER_ID = 'litellm-usage'

/** A trigger for `FlareFDCTriggers`, before it is proven: which handler is told of which vault. */
export interface FDCTrigger {
  readonly handlerId: typeof HANDLER_ID
  readonly triggerType: 'DefiProtocolEvent'
  /** The payload's subject. */
  readonly vaultId: bigint
  /** What was seen when the trigger was made; the reading that is submitted says what is billed. */
  readonly usage: LiteLLMUsage
}

export const triggerOf = (vaultId: bigint, usage: LiteLLMUsage): FDCTrigger => ({
  handlerId: HANDLER_ID,
  triggerType: 'DefiProtocolEvent',
  vaultId,
  usage,
})

/** How a vault stands after a trigger was submitted. */
export interface Submission {
  /**
   * `settled`: a reading was sealed. `up_to_date`: there was nothing to settle. `refused`: the contract refused the
   * reading, with the reason. `waiting`: not sealed yet; the oracle goes on with it.
   */
  readonly status: 'settled' | 'up_to_date' | 'refused' | 'waiting'
  readonly sequence: bigint | null
  readonly txId: string | null
  readonly reason: string | null
}
