import { AppError } from '#lib/errors/app-error.ts'
import { formatUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import { cost, formatCost } from '#lib/rating/cost.ts'
import type { CostRate } from '#lib/rating/cost-table.ts'
import type { CostTableDetail, CostTableView } from './schemas.ts'
import type { CostTableRow, ReRatingRow } from './store.ts'

export const noTable = (version: number): AppError =>
  new AppError('cost_table_missing', `There is no cost table ${version}. List them to see which there are.`)

/** A cost table on the wire. */
export const toTableView = (row: CostTableRow): CostTableView => ({
  version: row.version,
  effectiveFrom: row.effectiveFrom.toISOString(),
  status: row.status,
  note: row.note,
  contentHash: row.contentHash,
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
  publishedBy: row.publishedBy,
  publishedAt: row.publishedAt?.toISOString() ?? null,
})

export const toRateView = ({ provider, model, kind, rate }: CostRate) => ({
  provider,
  model,
  kind,
  usd: formatUsd(usd(rate)),
})

export const toReRatingView = (row: ReRatingRow): CostTableDetail['reRating'] => ({
  previewHash: row.previewHash,
  from: row.fromHour.toISOString(),
  to: row.toHour.toISOString(),
  totals: {
    before: formatCost(cost(row.costBefore)),
    after: formatCost(cost(row.costAfter)),
    difference: formatCost(cost(row.costAfter - row.costBefore)),
    unratedBefore: row.unratedBefore.toString(),
    unratedAfter: row.unratedAfter.toString(),
  },
  differences: row.differences,
  ratedBy: row.ratedBy,
  ratedAt: row.ratedAt.toISOString(),
})
