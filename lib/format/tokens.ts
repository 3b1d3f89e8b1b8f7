const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',')

/** Every digit, with separators. */
export const showTokensExact = (tokens: bigint): string => group(tokens.toString())

/** Full up to 9,999,999; above that in millions with one digit, rounded down (12.4M). */
export function showTokens(tokens: bigint): string {
  if (tokens < 10_000_000n) return showTokensExact(tokens)
  return `${group((tokens / 1_000_000n).toString())}.${(tokens / 100_000n) % 10n}M`
}
