import { type Usd, usd } from '../money/units.ts'

/** Card networks count in cents; we count in 1e-8 USD. */
const UNITS_PER_CENT = 1_000_000n

export const centsToUsd = (cents: bigint): Usd => usd(cents * UNITS_PER_CENT)

/** What one purchase may be, in cents. */
export const LEAST_CENTS = 500
export const MOST_CENTS = 100_000
