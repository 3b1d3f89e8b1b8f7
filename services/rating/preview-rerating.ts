import { AppError } from '#lib/errors/app-error.ts'
import { requireAdmin } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { compareRating, toDifferenceView, toTotalsView, wholeHour } from './compare-rating.ts'
import type { PreviewView } from './schemas.ts'
import { findCostTable } from './store.ts'
import { noTable } from './table-view.ts'

/** Differences that a preview lists. */
const LISTED = 1_000

/**
 * What publishing a draft would change: old and new cost by month, account and model, of the hours that it prices and
 * that have passed. Changes nothing. Only the admin. Throws `cost_table_missing`, `cost_table_published`.
 */
export async function previewRerating(ctx: ServiceContext, { version }: { version: number }): Promise<PreviewView> {
  await requireAdmin(ctx)
  const draft = await findCostTable(ctx.db, version)
  if (!draft) throw noTable(version)
  if (draft.status === 'published') {
    throw new AppError(
      'cost_table_published',
      `Cost table ${version} is published already: there is nothing to preview.`,
    )
  }
  const { hash, touched, totals, differences } = await compareRating(ctx, draft, wholeHour(ctx.clock()))
  return {
    version,
    previewHash: hash,
    touched: touched && { from: touched.from.toISOString(), to: touched.to.toISOString() },
    totals: toTotalsView(totals),
    differences: differences.slice(0, LISTED).map(toDifferenceView),
    more: Math.max(0, differences.length - LISTED),
  }
}
