import * as z from 'zod'
import { parseFlow, parseUsd, parseUsdPerFlow } from '../money/decimal.ts'
import { isPeriod, type Period } from '../period/period.ts'

const ufix64 = z.string().regex(/^\d{1,12}\.\d{8}$/, 'not a UFix64')

/** Values as the chain writes them, read into the types that the rest of the product uses. */
export const chainFlow = ufix64.transform(parseFlow)
export const chainUsd = ufix64.transform(parseUsd)
export const chainUsdPerFlow = ufix64.transform(parseUsdPerFlow)
export const chainInteger = z
  .string()
  .regex(/^\d{1,78}$/, 'not a whole number')
  .transform((digits) => BigInt(digits))
export const chainAddress = z.string().regex(/^0x[0-9a-f]{16}$/, 'not an address')
/** A whole number that is neither money nor tokens: seconds, a period, an index. */
export const chainSmall = z
  .string()
  .regex(/^\d{1,12}$/, 'not a small whole number')
  .transform((digits) => Number.parseInt(digits, 10))
/** The last second of the year 9999: neither a database nor a reader can be told of what lies beyond. */
const LATEST_SECOND = 253_402_300_799n
/** The contracts keep times as whole seconds since 1970, any UInt64. What lies beyond the year 9999 is its end. */
export const chainTime = z
  .string()
  .regex(/^\d{1,20}$/, 'not a time')
  .transform((digits) => {
    const seconds = BigInt(digits)
    return new Date(Number(seconds > LATEST_SECOND ? LATEST_SECOND : seconds) * 1000)
  })
export const chainPeriod = z
  .string()
  .regex(/^\d{6}$/, 'not a period')
  .transform((digits): Period => Number.parseInt(digits, 10))
  .refine(isPeriod, 'not a period')
/** Before the first reading a vault has no period; the contract writes 0. */
export const chainPeriodOrNone = z.union([z.literal('0').transform(() => null), chainPeriod])
