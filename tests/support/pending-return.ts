/** FLOW that the owner asked for; an amount of null is everything, and the vault closed. */
export interface PendingReturn {
  readonly amount: bigint | null
  readonly actsAt: number
  readonly proposal: bigint | null
}

/** What of FLOW that is not owed comes back: all, or an amount that leaves what a new vault needs, or null. */
export function broughtBack(amount: bigint | null, free: bigint, minimumDeposit: bigint): bigint | null {
  if (amount === null) return free
  return amount + minimumDeposit <= free ? amount : null
}
