/** FLOW that the owner asked for; an amount of null is everything, and the vault closed. */
export interface PendingReturn {
  readonly amount: bigint | null
  readonly actsAt: number
  readonly proposal: bigint | null
}
