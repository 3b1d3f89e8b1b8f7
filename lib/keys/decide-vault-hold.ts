import { type Usd, usd } from '../money/units.ts'

/** What decides whether a vault can pay for one more request. All amounts in 1e-8 USD. */
export interface VaultFunds {
  /** Something stands in the key's way, whatever the vault can pay. */
  readonly isBlocked: boolean
  /** What the vault can still pay, its unsettled usage taken off; below 0 when it can't pay that. */
  readonly payable: bigint
  /** The part of it that requests in flight may still take. */
  readonly held: Usd
  /** What the month may still cost below the cap; null: no cap. */
  readonly leftBelowCap: bigint | null
}

/**
 * Why a hold was refused. `vault_funds_held` and `cap_held` may pass once requests in flight end; the others can't
 * before somebody deposits, raises the cap, or the month is over.
 */
export type FundsRefusal = 'vault_blocked' | 'insufficient_vault' | 'vault_funds_held' | 'cap_reached' | 'cap_held'

/** Whether the vault can pay a request of at most `amount`: null, or why not. */
export function decideVaultHold(funds: VaultFunds, amount: Usd): FundsRefusal | null {
  const { payable, held, leftBelowCap } = funds
  if (funds.isBlocked) return 'vault_blocked'
  if (amount > payable) return 'insufficient_vault'
  if (leftBelowCap !== null) {
    if (amount > leftBelowCap) return 'cap_reached'
    if (held + amount > leftBelowCap) return 'cap_held'
  }
  return held + amount > payable ? 'vault_funds_held' : null
}

/** The vault with one more hold on it. */
export const withVaultHold = (funds: VaultFunds, amount: Usd): VaultFunds => ({
  ...funds,
  held: usd(funds.held + amount),
})

/** The most that a request may cost now, for a caller who would rather have a shorter answer than none. */
export function affordableOf({ isBlocked, payable, held, leftBelowCap }: VaultFunds): Usd {
  if (isBlocked) return usd(0n)
  const most = leftBelowCap !== null && leftBelowCap < payable ? leftBelowCap : payable
  return usd(most > held ? most - held : 0n)
}
