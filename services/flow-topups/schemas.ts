import type { Flow, Usd, UsdPerFlow } from '#lib/money/units.ts'

/** What an account sees of FLOW that it paid with. */
export interface TopupView {
  readonly id: string
  readonly txId: string
  /** The vault that was paid from; null: the wallet. */
  readonly vaultId: bigint | null
  readonly amount: Flow
  /** `waiting`: until there is a rate. `priced`: it is credited in a moment. `too_small`: worth nothing. */
  readonly state: 'waiting' | 'priced' | 'credited' | 'too_small'
  readonly usdPerFlow: UsdPerFlow | null
  readonly usd: Usd | null
  readonly arrivedAt: Date
  readonly creditedAt: Date | null
}

/** What the admin sees of FLOW that belongs to nobody yet. */
export interface UnassignedTopup extends TopupView {
  /** Null: the chain doesn't tell. */
  readonly from: string | null
}
