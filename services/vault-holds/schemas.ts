import type { FundsRefusal } from '#lib/keys/decide-vault-hold.ts'
import type { KnownHoldRefusal } from '#lib/holds/known-hold.ts'
import type { KeyBlockReason } from '#lib/keys/key-blocks.ts'
import type { Usd } from '#lib/money/units.ts'

/** What whoever placed a hold must know of the request later. JSON only: bigints as decimal strings. No content. */
type Facts = Readonly<Record<string, unknown>>

export interface PlaceVaultHold {
  /** The id that the request's event will have: asking twice places one hold. */
  readonly id: string
  readonly vaultId: bigint
  readonly keyHash: string
  /** Input and output tokens, at most. */
  readonly tokens: bigint
  /** Those that may answer, as the event will name the one that does; null: whichever answers. */
  readonly models: readonly string[] | null
  readonly expiresAt: Date
  readonly facts: Facts
}

/** `too_many_models`: a reading has no room for one more that it would be billed under. */
export type VaultHoldRefusal = FundsRefusal | 'too_many_models'

export type PlacedVaultHold =
  | { readonly ok: true; readonly amount: Usd }
  | {
      readonly ok: false
      readonly reason: VaultHoldRefusal | KnownHoldRefusal
      /** What stands in the key's way, when it is blocked. */
      readonly blocks: readonly KeyBlockReason[]
      /** The most that the request can cost, and the most that one may. */
      readonly amount: Usd
      readonly affordable: Usd
      /** The most tokens that a request of the same model could use now. */
      readonly affordableTokens: bigint
    }
