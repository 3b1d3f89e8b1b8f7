import * as z from 'zod'
import { limitKinds, limitMetrics, limitScopes } from '#lib/limits/judge-limit.ts'
import { limitPeriods } from '#lib/limits/limit-window.ts'

/** `vault:7`, an account that a vault pays for, or `credits:cr_…`, a credit account. */
export const accountName = z
  .string()
  .regex(/^(vault:(0|[1-9]\d{0,18})|credits:\w{1,64})$/, 'must be an account, like vault:7 or credits:cr_1a2b')

/** A label as events carry it: bounded, without NUL and half characters. */
const label = z
  .string()
  .min(1)
  .max(256)
  .refine((text) => text.isWellFormed() && !text.includes('\0'), 'must be the id of a key or a label')

export const limitId = z.string().regex(/^limit_[A-Za-z0-9_-]{8,64}$/, 'must be limit_ and 8 to 64 letters or digits')

const tokenCount = /^[1-9]\d{0,17}$/
const usdAmount = /^\d{1,9}(\.\d{1,8})?$/

/** What is limited, for whom, how much. `amount` is a count, or USD as a decimal for the metric `usd`. */
export const limitInput = z
  .object({
    /** Chosen by the caller, so that a repeat is known; made up if absent. */
    id: limitId.optional(),
    /** Null: all accounts together, which only the operator may limit. */
    account: accountName.nullable(),
    scope: z.enum(limitScopes),
    /** The id of a key, or the label of an end user or organization. */
    value: label,
    metric: z.enum(limitMetrics),
    per: z.enum(limitPeriods),
    kind: z.enum(limitKinds),
    amount: z.string(),
  })
  .refine(({ metric, amount }) => (metric === 'usd' ? usdAmount : tokenCount).test(amount), {
    path: ['amount'],
    message: 'must be a whole number above 0, or an amount of USD for a limit of money',
  })
export type LimitInput = z.output<typeof limitInput>

export const limitChange = z
  .object({ amount: z.string().max(20).optional(), kind: z.enum(limitKinds).optional() })
  .refine(({ amount, kind }) => amount !== undefined || kind !== undefined, 'must change the amount or the kind')
export type LimitChange = z.output<typeof limitChange>

export const limitView = z.object({
  id: z.string(),
  account: z.string().nullable(),
  scope: z.enum(limitScopes),
  value: z.string(),
  metric: z.enum(limitMetrics),
  per: z.enum(limitPeriods),
  kind: z.enum(limitKinds),
  /** Counts as whole numbers, USD with 8 decimals. */
  amount: z.string(),
  /** Of the window that is open now. */
  used: z.string(),
  /** Whole percent, rounded down; may exceed 100. */
  percent: z.number(),
  /** What it is about is refused now. */
  blocked: z.boolean(),
  /** When the window ends and the next one begins; null: never. */
  resetsAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
})
export type LimitView = z.output<typeof limitView>
export const limitListView = z.object({
  limits: z.array(limitView),
  /** The live keys of the account that was asked for, which a limit may be set on. */
  keys: z.array(z.object({ id: z.string(), masked: z.string().nullable() })),
})
export type LimitList = z.output<typeof limitListView>
export const removedLimitView = z.object({ removed: z.literal(true) })
