import { type Flow, UNITS, type Usd } from '../money/units.ts'

/** U+2212, as wide as a digit's sign should be. */
const MINUS = '−'

const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',')

/** Divides with rounding half up, away from zero. */
const round = (units: bigint, by: bigint): bigint => (units + by / 2n) / by

/** Writes a non-negative number of units with exactly this many decimals, rounding half up. */
function fixed(units: bigint, decimals: number): string {
  const scaled = round(units, 10n ** BigInt(8 - decimals))
  const whole = scaled / 10n ** BigInt(decimals)
  const rest = (scaled % 10n ** BigInt(decimals)).toString().padStart(decimals, '0')
  return decimals === 0 ? group(whole.toString()) : `${group(whole.toString())}.${rest}`
}

const trimmed = (text: string, least: number): string => {
  const [whole = '', rest = ''] = text.split('.')
  const kept = rest.replace(/0+$/, '').padEnd(least, '0')
  return `${whole}.${kept}`
}

/** Decimals that keep two significant digits of an amount below 0.01. */
function smallDecimals(units: bigint): number {
  return Math.min(8, 8 - units.toString().length + 2)
}

/** A total in USD: $37.06 · $0.0421 · $0.000031. An amount that is not zero never reads as zero. */
export function showUsd(amount: Usd): string {
  const size = amount < 0n ? -amount : amount
  const sign = amount < 0n ? MINUS : ''
  if (size === 0n) return '$0.00'
  if (size >= UNITS) return `${sign}$${fixed(size, 2)}`
  if (size >= UNITS / 100n) return `${sign}$${trimmed(fixed(size, 4), 2)}`
  return `${sign}$${trimmed(fixed(size, smallDecimals(size)), 2)}`
}

/** A bill or a single request in USD: all 8 decimals. */
export const showUsdExact = (amount: Usd): string =>
  `${amount < 0n ? MINUS : ''}$${fixed(amount < 0n ? -amount : amount, 8)}`

/** FLOW in a tile, 2 decimals: what is left rounds down, what is owed rounds up; a trace keeps its digits. */
export function showFlow(amount: Flow, kind: 'left' | 'owed' = 'left'): string {
  const cent = UNITS / 100n
  if (amount > 0n && amount < cent) return `${trimmed(fixed(amount, 8), 2)} FLOW`
  const cents = kind === 'left' ? amount / cent : (amount + cent - 1n) / cent
  return `${fixed(cents * cent, 2)} FLOW`
}

/** FLOW in a bill or a confirmation: all 8 decimals. */
export const showFlowExact = (amount: Flow): string => `${fixed(amount, 8)} FLOW`

/** A price per 1K tokens: as many decimals as it has, at least 2. */
export const showUsdPer1K = (amount: Usd): string => `$${trimmed(fixed(amount, 8), 2)}`

/** 1000 basis points → "10%", 1250 → "12.5%". */
export const showPercent = (bps: bigint): string => `${trimmed(fixed(bps * 1_000_000n, 2), 0).replace(/\.$/, '')}%`

/** 15000 basis points → "1.5". */
export const showMultiplier = (bps: bigint): string => trimmed(fixed(bps * 10_000n, 4), 1)
