import * as z from 'zod'
import { parseUsd } from '#lib/money/decimal.ts'
import { MAX_RATE } from '#lib/rating/cost-table.ts'
import { RATE_KINDS } from '#lib/rating/token-classes.ts'

const MOST_RATES = 5_000
const decimal = z.string().regex(/^\d{1,12}(\.\d{1,8})?$/, 'must be a decimal like 2.5, with at most 8 places')
const instant = z.iso.datetime()

const costRateInput = z.object({
  provider: z.string().max(64),
  model: z.string().max(128),
  kind: z.enum(RATE_KINDS),
  /** USD per 1M tokens, or per request. */
  usd: decimal.transform((text): bigint => parseUsd(text)).refine((rate) => rate <= MAX_RATE, 'must be at most 100000'),
})

const hour = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine((at) => at.getTime() % 3_600_000 === 0, 'must be a whole UTC hour, like 2026-11-01T00:00:00Z')
const note = z.string().max(500).default('')

export const importInput = z.object({ effectiveFrom: hour, note })
export type ImportInput = z.output<typeof importInput>

export const costTableInput = z.object({
  effectiveFrom: hour,
  note,
  rates: z.array(costRateInput).min(1).max(MOST_RATES),
})

export const publishInput = z.object({
  previewHash: z.string().regex(/^\d{4}-\d\d-\d\dT\d\dZ\.[0-9a-f]{64}$/, 'must be the hash of a preview'),
})

export const costTableView = z.object({
  version: z.number(),
  effectiveFrom: instant,
  status: z.enum(['draft', 'published']),
  note: z.string(),
  contentHash: z.string(),
  createdBy: z.string(),
  createdAt: instant,
  publishedBy: z.string().nullable(),
  publishedAt: instant.nullable(),
})
export type CostTableView = z.output<typeof costTableView>

/** USD with 14 decimals: the exact cost. */
const exact = z.string().regex(/^-?\d+\.\d{14}$/)
const count = z.string().regex(/^\d+$/)

const differenceView = z.object({
  month: z.number(),
  account: z.string(),
  provider: z.string(),
  model: z.string(),
  before: exact,
  after: exact,
  difference: exact,
  /** Tokens without a rate. */
  unratedBefore: count,
  unratedAfter: count,
})
export type DifferenceView = z.output<typeof differenceView>

const totalsView = differenceView.omit({ month: true, account: true, provider: true, model: true })

const reRatingView = z.object({
  previewHash: z.string(),
  from: instant,
  to: instant,
  totals: totalsView,
  differences: z.array(z.record(z.string(), z.union([z.string(), z.number()]))),
  ratedBy: z.string(),
  ratedAt: instant,
})

export const costTableDetailView = costTableView.extend({
  rates: z.array(
    z.object({
      provider: z.string(),
      model: z.string(),
      kind: z.enum(RATE_KINDS),
      usd: z.string(),
    }),
  ),
  reRating: reRatingView.nullable(),
})
export type CostTableDetail = z.output<typeof costTableDetailView>

export const importedTableView = z.object({ table: costTableView, notes: z.array(z.string()) })

export const previewView = z.object({
  version: z.number(),
  /** What publishing asks for. */
  previewHash: z.string(),
  /** The hours whose price changes; null where none that has passed does. */
  touched: z.object({ from: instant, to: instant }).nullable(),
  totals: totalsView,
  /** By month, account and model, largest difference first. */
  differences: z.array(differenceView),
  /** Differences that are not in the list. */
  more: z.number(),
})
export type PreviewView = z.output<typeof previewView>
