/** How usage of an hour is told to be unusual: median + k · MAD of the same hour of earlier days. */
export interface UnusualRule {
  /** How many deviations above the median are unusual. */
  readonly deviations: bigint
  /** Fewer tokens in the hour are never unusual. */
  readonly leastVolume: bigint
  /** Fewer days of history tell nothing. */
  readonly leastDays: number
}

export const UNUSUAL_RULE: UnusualRule = { deviations: 6n, leastVolume: 50_000n, leastDays: 7 }

/** Days whose same hour is looked at. */
export const UNUSUAL_DAYS = 14

/** The deviation counts as at least a quarter of the median: who is steady to the token may grow a little. */
const LEAST_SPREAD = 4n

const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

/** Twice the median: of an even number of values it may end in a half. */
function twiceMedian(values: readonly bigint[]): bigint {
  const sorted = values.toSorted(ascending)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? 0n
  return sorted.length % 2 === 1 ? 2n * upper : upper + (sorted[half - 1] ?? 0n)
}

const distance = (a: bigint, b: bigint): bigint => (a > b ? a - b : b - a)

/**
 * Whether an hour's usage jumps out of what the same hour of earlier days had; the usual amount if so, else null.
 * The median and the median absolute deviation, unlike mean and variance, aren't moved by a single wild day.
 */
export function unusualUsage(
  current: bigint,
  history: readonly bigint[],
  rule: UnusualRule = UNUSUAL_RULE,
): { readonly usual: bigint } | null {
  if (history.length < rule.leastDays || current < rule.leastVolume) return null
  const median2 = twiceMedian(history)
  const mad4 = twiceMedian(history.map((value) => distance(2n * value, median2)))
  const least4 = (2n * median2) / LEAST_SPREAD
  const spread4 = mad4 > least4 ? mad4 : least4
  return 4n * current > 2n * median2 + rule.deviations * spread4 ? { usual: median2 / 2n } : null
}
