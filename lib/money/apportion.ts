/**
 * Splits an amount that is not negative in proportion to weights, by largest remainder: the parts add up to it, and
 * each is less than a unit from its exact share. Equal remainders go to the earlier part. Without any weight nothing is
 * split.
 */
export function apportion(amount: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((all, weight) => all + weight, 0n)
  if (sum === 0n) return weights.map(() => 0n)
  const parts = weights.map((weight) => (amount * weight) / sum)
  const left = amount - parts.reduce((all, part) => all + part, 0n)
  const rest = weights.map((weight) => (amount * weight) % sum)
  const order = weights.map((_, i) => i).sort((a, b) => compare(rest[b] ?? 0n, rest[a] ?? 0n) || a - b)
  const lucky = new Set(order.filter((_, place) => BigInt(place) < left))
  return parts.map((part, i) => (lucky.has(i) ? part + 1n : part))
}

const compare = (a: bigint, b: bigint): number => (a === b ? 0 : a < b ? -1 : 1)
