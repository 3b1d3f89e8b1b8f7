import { AppError } from '../errors/app-error.ts'
import { type Flow, flow, UNITS, type Usd, usd, type UsdPerFlow, usdPerFlow } from './units.ts'

/** The largest UFix64, 184467440737.09551615, in units of 1e-8. */
export const MAX_UNITS = 2n ** 64n - 1n

const DECIMAL = /^(\d{1,12})(?:\.(\d{1,8}))?$/

/** Reads a non-negative decimal with at most 8 places into units of 1e-8. */
function parseUnits(text: string): bigint {
  const match = DECIMAL.exec(text)
  const units = match ? BigInt(match[1] ?? '') * UNITS + BigInt((match[2] ?? '').padEnd(8, '0')) : null
  if (units === null || units > MAX_UNITS) {
    throw new AppError('invalid_amount', 'The amount is not valid. Give a number like 12.5, with at most 8 decimals.', {
      internal: `invalid amount ${JSON.stringify(text).slice(0, 60)}`,
    })
  }
  return units
}

/** Writes a count of 10^-decimals with all its decimals. */
export function formatDecimal(units: bigint, decimals: number): string {
  const one = 10n ** BigInt(decimals)
  const size = units < 0n ? -units : units
  return `${units < 0n ? '-' : ''}${size / one}.${(size % one).toString().padStart(decimals, '0')}`
}

/** Units of 1e-8 with all 8 decimals: the wire form, and Cadence's own. */
const formatUnits = (units: bigint): string => formatDecimal(units, 8)

export const parseUsd = (text: string): Usd => usd(parseUnits(text))
export const parseFlow = (text: string): Flow => flow(parseUnits(text))
export const parseUsdPerFlow = (text: string): UsdPerFlow => usdPerFlow(parseUnits(text))
export const formatUsd = (amount: Usd): string => formatUnits(amount)
export const formatFlow = (amount: Flow): string => formatUnits(amount)
export const formatUsdPerFlow = (rate: UsdPerFlow): string => formatUnits(rate)
