import { requireAdmin } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { CostTableDetail, CostTableView } from './schemas.ts'
import { findCostTable, findReRating, listCostTables, listRates } from './store.ts'
import { noTable, toRateView, toReRatingView, toTableView } from './table-view.ts'

/** Every cost table, drafts too, the latest to begin first. Only the admin. */
export async function getCostTables(ctx: ServiceContext): Promise<{ tables: CostTableView[] }> {
  await requireAdmin(ctx)
  return { tables: (await listCostTables(ctx.db)).map(toTableView) }
}

/** One cost table with its rates and what publishing it changed. Only the admin. Throws `cost_table_missing`. */
export async function getCostTable(ctx: ServiceContext, { version }: { version: number }): Promise<CostTableDetail> {
  await requireAdmin(ctx)
  const [row, rates, reRating] = await Promise.all([
    findCostTable(ctx.db, version),
    listRates(ctx.db, version),
    findReRating(ctx.db, version),
  ])
  if (!row) throw noTable(version)
  return { ...toTableView(row), rates: rates.map(toRateView), reRating: reRating && toReRatingView(reRating) }
}
