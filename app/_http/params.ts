import * as z from 'zod'
import { isPeriod } from '#lib/period/period.ts'

const MAX_UINT64 = 2n ** 64n - 1n

const vaultNumber = z
  .string()
  .regex(/^\d{1,20}$/, "must be a subscription's number")
  .transform((digits) => BigInt(digits))
  .refine((id) => id <= MAX_UINT64, "must be a subscription's number")

/** The number of a vault in a path, a UInt64. */
export const vaultParams = z.object({ id: vaultNumber })

/** A vault and a month of it, YYYYMM. */
export const billParams = z.object({
  vaultId: vaultNumber,
  period: z
    .string()
    .regex(/^\d{6}$/, 'must be a month, YYYYMM')
    .transform((digits) => Number.parseInt(digits, 10))
    .refine(isPeriod, 'must be a month, YYYYMM'),
})

/** The id of a request: ours, or LiteLLM's, which may be any text that its caller chose. */
export const callParams = z.object({
  callId: z
    .string()
    .min(1)
    .max(256)
    .refine((id) => id.isWellFormed() && !id.includes('\0'), "must be a request's id"),
})

/** The version of a cost table in a path. */
export const versionParams = z.object({
  version: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'must be the version of a cost table')
    .transform((digits) => Number.parseInt(digits, 10)),
})

/** A comparison with LiteLLM's books. */
export const runParams = z.object({
  runId: z.string().regex(/^reconciliation_[0-9a-f]{24}$/, 'must be the id of a run'),
})
