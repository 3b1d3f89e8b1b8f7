import type { AppError } from '#lib/errors/app-error.ts'
import type { ReportedUsage } from '#lib/gateway/usage.ts'
import type { Usd } from '#lib/money/units.ts'
import type { OpenedKey } from '#services/byok/index.ts'

/** JSON only: bigints as decimal strings. No content of calls, no secrets. */
export type Facts = Readonly<Record<string, unknown>>

export interface HoldWanted {
  /** The event's id: asking twice places one hold. */
  readonly id: string
  /** The most that the request can use. */
  readonly tokens: bigint
  /** From then on the sweeper may end it. */
  readonly expiresAt: Date
  readonly facts: Facts
}

export type Placement =
  | { readonly ok: true }
  /** `affordableTokens`: what a shorter request could use now. */
  | {
      readonly ok: false
      readonly error: AppError
      readonly affordableTokens: bigint
      /** An earlier try ended for good and cost nothing: the request may be made anew, under an id of its own. */
      readonly startsAnew: boolean
    }

/** Where a count comes from: the model itself, our own count of a whole answer, or a guess at a part of one. */
export type UsageSource = 'provider' | 'gateway-count' | 'estimate'

export interface Used extends Pick<ReportedUsage, 'inputTokens' | 'outputTokens'> {
  readonly source: UsageSource
}

/** Who pays for a request, and how. Each of the endings may be repeated; the first one counts. */
export interface Payer {
  /** `account:<id>` or `vault:<number>`. */
  readonly id: string
  /** The key by which LiteLLM, and so every road of metering, knows the payer. */
  readonly keyHash: string
  /** The key of the account's own with which the request goes to a provider; null: it goes to LiteLLM. */
  readonly ownKey: OpenedKey | null
  /** The same key's secret; null: the request doesn't go to LiteLLM. */
  secret(): Promise<string | null>
  /**
   * LiteLLM refused a request with that key, sent at that reading of `performance.now()`. Whether it had lost the key
   * and has it again now, so that the request, which reached no model, may be sent again.
   */
  restoreKey(sentAt: number): Promise<boolean>
  place(hold: HoldWanted): Promise<Placement>
  /** Takes what was used and releases the rest. The cost; null where it is settled elsewhere. */
  post(id: string, used: Used, facts: Facts): Promise<Usd | null>
  /** The request cost nothing. */
  void(id: string, facts: Facts): Promise<void>
  /** Usage that can't be: the hold stands until somebody has looked. */
  review(id: string, reason: 'impossible' | 'above_hold', facts: Facts): Promise<void>
}
