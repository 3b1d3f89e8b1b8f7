import { formatDecimal } from '../money/decimal.ts'
import { type Usd, usd } from '../money/units.ts'

declare const brand: unique symbol

/** What usage costs the operator, in 1e-14 USD: a token at a rate of 1e-8 USD per 1M tokens. */
export type Cost = bigint & { readonly [brand]: 'cost' }

export const cost = (units: bigint): Cost => units as Cost

const DECIMALS = 14
const UNITS_PER_1E8 = 1_000_000n

/** A cost in 1e-8 USD, rounded down: the only rounding, made when a sum is shown. */
export const costToUsd = (amount: Cost): Usd =>
  usd(amount < 0n ? -((-amount + UNITS_PER_1E8 - 1n) / UNITS_PER_1E8) : amount / UNITS_PER_1E8)

/** A cost in USD with all its 14 decimals. */
export const formatCost = (amount: Cost): string => formatDecimal(amount, DECIMALS)
