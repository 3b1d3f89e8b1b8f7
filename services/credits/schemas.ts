import type { HoldRefusal } from '#lib/credits/decide-hold.ts'
import type { CreditTier } from '#lib/credits/price-list.ts'
import type { KnownHoldRefusal } from '#lib/holds/known-hold.ts'
import type { Usd } from '#lib/money/units.ts'

/** What a line of the ledger says about its cause. JSON only: bigints as decimal strings. No content of calls. */
export type Facts = Readonly<Record<string, unknown>>

export interface CreditAccount {
  readonly id: string
  readonly subject: string
  readonly tier: CreditTier
  readonly status: 'open' | 'frozen'
  readonly balance: Usd
  /** Part of the balance that requests in flight may still take. */
  readonly held: Usd
  readonly receivable: Usd
  readonly monthlyCap: Usd | null
}

export interface PlaceHold {
  /** The request's id, made by the gateway: asking twice places one hold. */
  readonly id: string
  readonly accountId: string
  /** The most that the request can cost. */
  readonly amount: Usd
  readonly expiresAt: Date
  readonly facts: Facts
}

export type PlacedHold =
  | { readonly ok: true; readonly amount: Usd }
  | { readonly ok: false; readonly reason: HoldRefusal | KnownHoldRefusal; readonly affordable: Usd }

export interface EndHold {
  readonly id: string
  /** Whose hold it is, if that is at hand: it saves a question. */
  readonly accountId?: string
  /** What the request cost; null voids the hold. */
  readonly cost: Usd | null
  readonly facts: Facts
}

export interface EndedHold {
  readonly state: 'posted' | 'void' | 'expired'
  /** What was taken: never more than was held. */
  readonly posted: Usd
  /** Cost above the hold, which the platform bears. */
  readonly beyond: Usd
}
