import { AppError } from '#lib/errors/app-error.ts'
import { requireAdmin } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { compareRating, type Comparison, hourOfHash, toDifferenceView, wholeHour } from './compare-rating.ts'
import type { CostTableView } from './schemas.ts'
import {
  type CostTableRow,
  findCostTable,
  findReRating,
  insertReRating,
  lockPublishing,
  markPublished,
} from './store.ts'
import { noTable, toTableView } from './table-view.ts'

/** A preview of longer ago says too little about now. */
const PREVIEW_TTL_MS = 86_400_000
/** Differences that the record of a re-rating keeps. */
const KEPT = 1_000

interface PublishInput {
  readonly version: number
  /** Of the preview that was looked at. */
  readonly previewHash: string
}

/**
 * Makes a draft price usage, and records what that changes of the past. Only with the hash of a preview of the last day
 * that still says the same; the same hash, sent again, changes nothing. Only the admin. Throws `cost_table_missing`,
 * `cost_table_published`, `preview_outdated`.
 */
export async function publishCostTable(ctx: ServiceContext, input: PublishInput): Promise<CostTableView> {
  const by = await requireAdmin(ctx)
  return withTransaction(ctx, async (tx) => {
    await lockPublishing(tx.db)
    const draft = await findCostTable(tx.db, input.version)
    if (!draft) throw noTable(input.version)
    if (draft.status === 'published') return requireSame(tx, draft, input)
    const comparison = await requirePreview(tx, draft, input)
    const now = tx.clock()
    await markPublished(tx.db, draft.version, { publishedBy: by, publishedAt: now })
    await insertReRating(tx.db, reRatingOf(comparison, draft, { by, now, deploymentId: tx.deploymentId }))
    return toTableView({ ...draft, status: 'published', publishedBy: by, publishedAt: now })
  })
}

async function requireSame(tx: ServiceContext, table: CostTableRow, input: PublishInput): Promise<CostTableView> {
  const record = await findReRating(tx.db, table.version)
  if (record?.previewHash === input.previewHash) return toTableView(table)
  throw new AppError(
    'cost_table_published',
    `Cost table ${table.version} was published before, after another preview. Nothing was changed.`,
  )
}

async function requirePreview(tx: ServiceContext, draft: CostTableRow, input: PublishInput): Promise<Comparison> {
  const hour = hourOfHash(input.previewHash)
  const age = hour ? wholeHour(tx.clock()).getTime() - hour.getTime() : -1
  if (hour && age >= 0 && age <= PREVIEW_TTL_MS) {
    const comparison = await compareRating(tx, draft, hour)
    if (comparison.hash === input.previewHash) return comparison
  }
  throw new AppError(
    'preview_outdated',
    'Usage or cost tables have changed since this preview. Nothing was changed. Look at a new preview, then publish.',
  )
}

function reRatingOf(
  { hash, touched, totals, differences }: Comparison,
  draft: CostTableRow,
  { by, now, deploymentId }: { by: string; now: Date; deploymentId: string },
) {
  return {
    version: draft.version,
    deploymentId,
    previewHash: hash,
    fromHour: touched?.from ?? draft.effectiveFrom,
    toHour: touched?.to ?? draft.effectiveFrom,
    costBefore: totals.before,
    costAfter: totals.after,
    unratedBefore: totals.unratedBefore,
    unratedAfter: totals.unratedAfter,
    differences: differences.slice(0, KEPT).map(toDifferenceView),
    ratedBy: by,
    ratedAt: now,
  }
}
