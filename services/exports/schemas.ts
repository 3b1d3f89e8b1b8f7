import * as z from 'zod'
import { vaultAccount } from '#lib/metering/payer.ts'
import { accountName } from '#services/reports/index.ts'

const DAY_MS = 86_400_000
const LONGEST_DAYS = 400

const day = z.iso.date()
const instant = z.iso.datetime({ offset: true })

/** A UTC day's begin, or an instant. */
const moment = z
  .string()
  .refine((text) => [day, instant].some((form) => form.safeParse(text).success), {
    error: 'must be a day like 2026-11-01 or an instant like 2026-11-01T12:00:00Z',
    abort: true,
  })
  .transform((text) => new Date(text))
  .refine((date) => date.getUTCFullYear() >= 2000 && date.getUTCFullYear() < 2200, 'must be from 2000 to 2199')

export const exportQuery = z
  .object({
    format: z.enum(['ndjson', 'csv']).default('ndjson'),
    /** Calls that started at it or later. */
    from: moment,
    /** Calls that started before it. */
    to: moment,
    account: accountName.optional(),
    /** The same for a subscription: its number. */
    vault: z
      .string()
      .regex(/^\d{1,20}$/, "must be a subscription's number")
      .transform((digits) => BigInt(digits))
      .refine((id) => id < 2n ** 64n, "must be a subscription's number")
      .optional(),
    as: z.enum(['owner', 'provider', 'admin']).optional(),
  })
  .refine(({ account, vault }) => account === undefined || vault === undefined, {
    path: ['account'],
    message: 'and vault name the same: give one of them',
  })
  .superRefine(({ from, to }, issues) => {
    const days = (to.getTime() - from.getTime()) / DAY_MS
    const fault =
      days <= 0 ? 'must be after from' : days > LONGEST_DAYS ? `must be at most ${LONGEST_DAYS} days later` : null
    if (fault) issues.addIssue({ code: 'custom', path: ['to'], message: fault })
  })
  .transform(({ vault, ...query }) => (vault === undefined ? query : { ...query, account: vaultAccount(vault) }))
export type ExportQuery = z.output<typeof exportQuery>
