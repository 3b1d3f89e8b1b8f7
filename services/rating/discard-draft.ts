import { AppError } from '#lib/errors/app-error.ts'
import { requireAdmin } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { deleteDraft, findCostTable } from './store.ts'

/** Deletes a draft; one that is gone already is no error. Only the admin. Throws `cost_table_published`. */
export async function discardDraft(ctx: ServiceContext, { version }: { version: number }): Promise<null> {
  await requireAdmin(ctx)
  if (await deleteDraft(ctx.db, version)) return null
  if (!(await findCostTable(ctx.db, version))) return null
  throw new AppError(
    'cost_table_published',
    `Cost table ${version} is published and stays. Publish another one that begins at the same hour instead.`,
  )
}
