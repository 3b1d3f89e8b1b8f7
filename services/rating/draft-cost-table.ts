import { AppError } from '#lib/errors/app-error.ts'
import { type CostRate, rateKey, validateCostTable } from '#lib/rating/cost-table.ts'
import { requireAdmin } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { sha256Hex } from '#services/platform/crypto/hash.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import type { CostTableView } from './schemas.ts'
import { insertDraft } from './store.ts'
import { toTableView } from './table-view.ts'

interface Draft {
  readonly effectiveFrom: Date
  readonly note: string
  readonly rates: readonly CostRate[]
}

const contentHash = ({ effectiveFrom, note, rates }: Draft): string =>
  sha256Hex(
    JSON.stringify([effectiveFrom.toISOString(), note, rates.map((each) => [rateKey(each), `${each.rate}`]).sort()]),
  )

/**
 * Keeps a new version of what calls cost, as a draft that prices nothing yet. The same hour, note and rates, sent
 * again, are the same version. Only the admin. Throws `cost_table_invalid`.
 */
export async function draftCostTable(ctx: ServiceContext, draft: Draft): Promise<CostTableView> {
  const createdBy = await requireAdmin(ctx)
  const faults = validateCostTable(draft)
  if (faults.length > 0) {
    throw new AppError('cost_table_invalid', `The cost table can't be used: ${faults[0]} Nothing was changed.`, {
      details: { faults: faults.slice(0, 20) },
    })
  }
  const { effectiveFrom, note, rates } = draft
  const table = { effectiveFrom, note, contentHash: contentHash(draft), createdBy, createdAt: ctx.clock() }
  return toTableView(await withTransaction(ctx, (tx) => insertDraft(tx.db, table, rates)))
}
