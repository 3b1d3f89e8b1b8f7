import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { DEFAULT_PRICE_LIST, POWERS, type PriceList, TIERS, validatePriceList } from '#lib/credits/price-list.ts'
import { AppError } from '#lib/errors/app-error.ts'
import { parseUsd } from '#lib/money/decimal.ts'

const bps = z
  .number()
  .int()
  .min(0)
  .transform((value) => BigInt(value))
const count = z.number().int().min(1)
const name = z.string().min(1).max(100)
const usdText = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,8})?$/, 'must be a decimal text, "0.002"')
  .transform((text) => parseUsd(text))

const power = z.strictObject({ bps, maxTokens: count, providers: z.array(name) })
const tier = z.strictObject({
  markupBps: bps,
  requestsPerMinute: count,
  tokensPerMinute: count,
  parallelRequests: count,
  providers: z.union([z.literal('*'), z.array(name)]),
})
const each = <K extends string, T>(names: readonly [K, ...K[]], schema: z.ZodType<T>) => z.record(z.enum(names), schema)

const priceListFile: z.ZodType<PriceList> = z.strictObject({
  baseCosts: z.array(z.strictObject({ provider: name, all: z.array(name).default([]), usdPer1K: usdText })),
  powers: each(POWERS, power),
  tiers: each(TIERS, tier),
})

const invalid = (path: string, why: string, cause?: unknown) =>
  new AppError('config_invalid', `CREDIT_PRICES_FILE (${path}): ${why}`, { cause })

/** The prices in credits: those of a file, or the default. Throws `config_invalid` with what is wrong. */
export function readPriceList(path: string | null): PriceList {
  if (path === null) return DEFAULT_PRICE_LIST
  const text = attempt(
    () => readFileSync(path, 'utf8'),
    (cause) => invalid(path, 'it can’t be read.', cause),
  )
  const value = attempt(
    () => JSON.parse(text) as unknown,
    (cause) => invalid(path, 'it is not JSON.', cause),
  )
  const parsed = priceListFile.safeParse(value)
  if (!parsed.success) {
    throw invalid(path, parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  }
  const faults = validatePriceList(parsed.data)
  if (faults.length > 0) throw invalid(path, faults.join(' '))
  return parsed.data
}

function attempt<T>(work: () => T, failure: (cause: unknown) => AppError): T {
  try {
    return work()
  } catch (cause) {
    throw failure(cause)
  }
}
