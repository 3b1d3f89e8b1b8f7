import * as z from 'zod'
import { vaultAccount, vaultOf } from '#lib/metering/payer.ts'
import { MEASURES_OF_USERS } from '#lib/reports/figures.ts'
import { RATE_KINDS } from '#lib/rating/token-classes.ts'

const DAY_MS = 86_400_000

/** A UTC day of a year that a calendar has. */
const day = z.iso
  .date({ error: 'must be a day like 2026-11-01', abort: true })
  .transform((text) => new Date(`${text}T00:00:00Z`))
  .refine((date) => date.getUTCFullYear() >= 2000 && date.getUTCFullYear() < 2200, 'must be a day from 2000 to 2199')

/** A subscription, or a credit account, by its name. */
export const accountName = z
  .string()
  .regex(/^(vault:\d{1,20}|credits:\w{1,64})$/, 'must be an account like vault:7 or credits:cr_1a2b')
  .refine((name) => (vaultOf(name) ?? 0n) < 2n ** 64n, 'must be an account like vault:7')
  .transform((name) => {
    const vaultId = vaultOf(name)
    return vaultId === null ? name : vaultAccount(vaultId)
  })

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .transform((digits) => Number.parseInt(digits, 10))
    .pipe(z.number().min(least).max(most))

const views = ['owner', 'provider', 'admin'] as const
/** As whom somebody looks. */
export type View = (typeof views)[number]

const formats = ['json', 'csv'] as const

/** What every report is asked: whose usage, of which days (`to` is not in it), in which form. */
const shared = {
  from: day,
  to: day,
  account: accountName.optional(),
  as: z.enum(views).optional(),
  format: z.enum(formats).default('json'),
}

const LONGEST_DAYS = { day: 92, week: 371, month: 1_100, all: 400 } as const
interface Asked {
  readonly from: Date
  readonly to: Date
  readonly every?: keyof typeof LONGEST_DAYS
}

/** Refuses what ends before it begins, and more days than a report of such buckets may have. */
function bounded<T extends Asked>({ from, to, every = 'all' }: T, issues: z.core.$RefinementCtx<T>): void {
  const days = (to.getTime() - from.getTime()) / DAY_MS
  const fault =
    days <= 0
      ? 'must be after from, which is in the report while to is not'
      : days > LONGEST_DAYS[every]
        ? `must be at most ${LONGEST_DAYS[every]} days after from`
        : null
  if (fault) issues.addIssue({ code: 'custom', path: ['to'], message: fault })
}

const groups = ['account', 'agent', 'conversation', 'feature', 'key', 'model', 'organisation', 'team', 'user'] as const

export const usageReportQuery = z
  .object({
    ...shared,
    by: z.enum(groups).default('account'),
    every: z.enum(['day', 'week', 'month', 'all']).default('all'),
    limit: whole(1, 1_000).default(100),
    cursor: z.string().max(1_200).optional(),
  })
  .superRefine(bounded)
export type UsageReportQuery = z.output<typeof usageReportQuery>

export const trendQuery = z
  .object({ ...shared, every: z.enum(['day', 'week', 'month']).default('day') })
  .superRefine(bounded)
export type TrendQuery = z.output<typeof trendQuery>

const measure = z.enum(MEASURES_OF_USERS)

export const heavyUsersQuery = z
  .object({
    ...shared,
    measure: measure.default('billed'),
    top: whole(1, 1_000).default(20),
    times: whole(2, 1_000).default(10),
  })
  .superRefine(bounded)
export type HeavyUsersQuery = z.output<typeof heavyUsersQuery>

export const totalsQuery = z.object(shared).superRefine(bounded)
export type TotalsQuery = z.output<typeof totalsQuery>

export const forecastQuery = z.object({ account: shared.account, as: shared.as, format: shared.format })
export type ForecastQuery = z.output<typeof forecastQuery>

const count = z.string().regex(/^\d+$/)
const usd = z.string().regex(/^\d+\.\d{8}$/)
/** USD with all decimals that a cost has: 12 of LiteLLM's, 14 of the cost tables'. */
const exact = z.string().regex(/^-?\d+\.\d{12}(\d\d)?$/)
const percent = z
  .string()
  .regex(/^-?\d+\.\d\d$/)
  .nullable()

const figuresView = z.object({
  /** Calls of every outcome. */
  requests: count,
  failures: count,
  cacheHits: count,
  tokens: z.object({
    input: count,
    output: count,
    /** Parts of input. */
    cached: count,
    cacheWrite: count,
    /** Part of output. */
    reasoning: count,
    billable: count,
  }),
  billedUsd: usd,
  /** For who is paid and the admin only. */
  costs: z
    .object({
      litellmUsd: exact,
      /** Calls whose cost LiteLLM did not tell. */
      litellmUnknown: count,
      ratedUsd: exact,
      /** Tokens that no cost table prices: the rated cost lacks them. */
      unratedTokens: count,
      /** Billed less LiteLLM's cost. */
      marginUsd: exact,
    })
    .nullable(),
})
export type FiguresView = z.output<typeof figuresView>

const unratedView = z.object({ provider: z.string(), model: z.string(), kind: z.enum(RATE_KINDS), tokens: count })

const usageRowView = figuresView.extend({
  /** First UTC day of the day, week or month. */
  bucket: z.iso.date(),
  /** Whose; null where a row is of several accounts. */
  account: z.string().nullable(),
  /** The group; null: calls that name none. */
  key: z.string().nullable(),
  /** Where rows are of API keys: what the key is known by. */
  apiKey: z.object({ name: z.string().nullable(), masked: z.string() }).nullable(),
})
export type UsageRowView = z.output<typeof usageRowView>

export const usageReportView = z.object({
  by: z.enum(groups),
  every: z.string(),
  from: z.iso.date(),
  to: z.iso.date(),
  totals: figuresView,
  rows: z.array(usageRowView),
  nextCursor: z.string().nullable(),
  unrated: z.array(unratedView).nullable(),
})
export type UsageReportView = z.output<typeof usageReportView>

const changeView = z.object({
  billedPercent: percent,
  tokensPercent: percent,
  requestsPercent: percent,
  litellmPercent: percent,
})

const trendRowView = figuresView.extend({
  bucket: z.iso.date(),
  /** All of its days are asked for and over. */
  isComplete: z.boolean(),
  /** Against the one before; null for the first. A percentage is null where there was nothing before. */
  change: changeView.nullable(),
})
export type TrendRowView = z.output<typeof trendRowView>

export const trendView = z.object({ every: z.string(), rows: z.array(trendRowView), totals: figuresView })
export type TrendView = z.output<typeof trendView>

/** An amount of the measure: USD, or a count. */
const amount = z.string().regex(/^-?\d+(\.\d{8,14})?$/)
const distributionView = z.object({ p50: amount, p90: amount, p99: amount, max: amount })

const heavyUserView = figuresView.extend({
  account: z.string(),
  user: z.string(),
  amount,
  sharePercent: percent,
  /** Above the 99th percentile, or more than so many times the median. */
  isHeavy: z.boolean(),
})
export type HeavyUserView = z.output<typeof heavyUserView>

export const heavyUsersView = z.object({
  measure,
  /** Users with usage. */
  users: count,
  /** Of all users. */
  total: amount,
  distribution: distributionView,
  heaviest: z.array(heavyUserView),
})
export type HeavyUsersView = z.output<typeof heavyUsersView>

export const totalsView = z.object({
  from: z.iso.date(),
  to: z.iso.date(),
  totals: figuresView,
  /** End users that calls name. */
  activeUsers: count,
  /** Of the calls that name a user, per user, rounded down; null without any. */
  perActiveUser: z.object({ billedUsd: usd, litellmUsd: exact.nullable(), ratedUsd: exact.nullable() }).nullable(),
  /** Over the users, by nearest rank. */
  distribution: z.object({
    billedUsd: distributionView,
    tokens: distributionView,
    litellmUsd: distributionView.nullable(),
    ratedUsd: distributionView.nullable(),
  }),
  unrated: z.array(unratedView).nullable(),
})
export type TotalsView = z.output<typeof totalsView>

/** Why there is no forecast. */
const reasons = ['too_little_history', 'no_recent_use', 'too_irregular', 'unrated_usage'] as const
export type ForecastReason = (typeof reasons)[number]

/** An amount at the month's end; without the three there is a reason. */
const forecastAmountView = z.object({
  soFar: amount,
  low: amount.nullable(),
  point: amount.nullable(),
  high: amount.nullable(),
  reason: z.enum(reasons).nullable(),
})
export type ForecastAmount = z.output<typeof forecastAmountView>

export const forecastView = z.object({
  /** The open month, YYYYMM; it ends where `endsAt` begins. */
  period: z.number(),
  asOf: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  method: z.string(),
  /** Of such intervals, about so many hold what comes. */
  coveredPercent: z.number(),
  tokens: forecastAmountView,
  billedUsd: forecastAmountView,
  litellmUsd: forecastAmountView.nullable(),
  ratedUsd: forecastAmountView.nullable(),
  /** What the forecast of tokens would have been on this day of earlier months, against what came. */
  replay: z.object({ months: z.number(), covered: z.number(), medianErrorPercent: percent }),
})
export type ForecastView = z.output<typeof forecastView>
