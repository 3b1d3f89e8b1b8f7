import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { requireLimit } from './change-limit.ts'
import { lockAccount, updateLimit } from './store.ts'

/** Ends a limit; what it blocks is served again within a second. Repeating this does nothing. */
export async function removeLimit(ctx: ServiceContext, { id }: { id: string }): Promise<{ removed: true }> {
  const { account } = await requireLimit(ctx, id)
  await withTransaction(ctx, async (tx) => {
    await lockAccount(tx.db, tx.deploymentId, account)
    const now = tx.clock()
    await updateLimit(tx.db, id, { removedAt: now, updatedAt: now })
  })
  return { removed: true }
}
