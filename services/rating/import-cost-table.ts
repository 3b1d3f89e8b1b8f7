import { importPrices } from '#lib/rating/import-prices.ts'
import { requireAdmin } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { draftCostTable } from './draft-cost-table.ts'
import type { CostTableView, ImportInput } from './schemas.ts'

/**
 * Makes a draft of the prices that LiteLLM itself goes by, and says what of them a cost table can't hold. Only the
 * admin. Throws `litellm_unreachable`.
 */
export async function importCostTable(
  ctx: ServiceContext,
  { effectiveFrom, note }: ImportInput,
): Promise<{ table: CostTableView; notes: string[] }> {
  await requireAdmin(ctx)
  const { rates, notes } = importPrices(await ctx.litellm.modelPrices())
  const table = await draftCostTable(ctx, { effectiveFrom, note: note || 'Prices of LiteLLM', rates })
  return { table, notes: [...notes] }
}
