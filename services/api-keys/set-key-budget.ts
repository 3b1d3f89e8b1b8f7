import type { Usd } from '#lib/money/units.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { setStatus } from './set-status.ts'
import { awaitKey, updateKey } from './store.ts'

/**
 * What LiteLLM may book on a key over its life, in LiteLLM's own dollars: a second fence, set loosely. False when it
 * was so before or there is no such key. Repeating this does nothing.
 */
export function setKeyBudget(
  ctx: ServiceContext,
  { keyId, budgetUsd }: { keyId: string; budgetUsd: Usd },
): Promise<boolean> {
  requireSystem(ctx.actor)
  return withTransaction(ctx, async (tx) => {
    const key = await awaitKey(tx.db, tx.deploymentId, keyId)
    if (!key || key.status === 'deleted' || key.budgetUsd === budgetUsd) return false
    await updateKey(tx.db, keyId, { budgetUsd, updatedAt: tx.clock() })
    if (key.status !== 'pending') await setStatus(tx, key, key.status)
    return true
  })
}
