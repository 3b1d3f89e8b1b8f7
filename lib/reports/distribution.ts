/** Amounts of a group of users in ascending order. */
export type Sorted = readonly bigint[]

export const sorted = (amounts: Iterable<bigint>): Sorted => [...amounts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))

/** The smallest amount that at least `percent` of all are not above (nearest rank); 0 of none. */
export function nearestRank(amounts: Sorted, percent: number): bigint {
  const rank = Math.ceil((percent * amounts.length) / 100)
  return amounts[Math.max(rank, 1) - 1] ?? 0n
}

export interface Distribution {
  readonly p50: bigint
  readonly p90: bigint
  readonly p99: bigint
  readonly max: bigint
}

/** How amounts are spread, by nearest rank. */
export const distributionOf = (amounts: Sorted): Distribution => ({
  p50: nearestRank(amounts, 50),
  p90: nearestRank(amounts, 90),
  p99: nearestRank(amounts, 99),
  max: amounts.at(-1) ?? 0n,
})

/** Stands out: above the 99th percentile, or more than `times` the median. */
export const isHeavy = (amount: bigint, { p50, p99 }: Distribution, times: bigint): boolean =>
  amount > p99 || amount > p50 * times
