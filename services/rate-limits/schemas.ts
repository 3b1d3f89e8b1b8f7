/** What a subject may do in any minute, and at once. */
interface RateLimits {
  readonly requestsPerMinute: number
  readonly tokensPerMinute: number
  readonly parallelRequests: number
}

export interface RateRequest {
  /** Who is limited: an account, a key, a vault. */
  readonly subject: string
  readonly requestId: string
  /** The most that the request may use. */
  readonly tokens: bigint
  readonly limits: RateLimits
}

export type Admission =
  | {
      readonly ok: true
      /** The request has ended; what it really used, if that is known, counts in place of the most. Repeatable. */
      release(usedTokens?: bigint): Promise<void>
    }
  | {
      readonly ok: false
      readonly limit: 'requests' | 'tokens' | 'parallel'
      readonly retryAfterMs: number
      /** The request alone is above the limit: no wait helps, only a smaller one. */
      readonly isTooLarge: boolean
    }

/** A request that was let in. */
export interface Flight {
  readonly subject: string
  readonly requestId: string
  readonly tokens: bigint
  /** The slice of time in which it is counted. */
  readonly slice: bigint
}

export type Verdict =
  | { readonly refusedBy: null; readonly slice: bigint }
  | { readonly refusedBy: 'requests' | 'tokens' | 'parallel'; readonly retryAfterMs: number }

/** Counts for all processes that share it; each method is one atomic step. */
export interface RateCounter {
  admit(request: RateRequest): Promise<Verdict>
  end(flight: Flight, usedTokens: bigint): Promise<void>
  /** Says of flights that their process lives. */
  renew(flights: readonly Flight[]): Promise<void>
}

export interface RateTimes {
  readonly windowMs: number
  /** A process that says nothing for so long has died, and its requests have ended. */
  readonly leaseMs: number
}
