import { formatDecimal } from '../money/decimal.ts'

/** 100 percent in hundredths of a percent. */
const WHOLE = 10_000n

/** A part of a whole in percent with 2 decimals, rounded towards 0 ("12.34", "-3.10"); null of nothing. */
export const percentOf = (part: bigint, whole: bigint): string | null =>
  whole === 0n ? null : formatDecimal((part * WHOLE) / (whole < 0n ? -whole : whole), 2)

/** How much more there is than before, in percent of before; null where there was nothing. */
export const changeOf = (before: bigint, after: bigint): string | null => percentOf(after - before, before)
