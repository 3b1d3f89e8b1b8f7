import * as z from 'zod'

const MAX_UINT64 = 2n ** 64n - 1n

/** The number of a vault in a path, a UInt64. */
export const vaultParams = z.object({
  id: z
    .string()
    .regex(/^\d{1,20}$/, "must be a subscription's number")
    .transform((digits) => BigInt(digits))
    .refine((id) => id <= MAX_UINT64, "must be a subscription's number"),
})
