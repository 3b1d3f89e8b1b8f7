import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { rewrap } from '#services/platform/crypto/seal.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { requireMasterKeys, sealContext } from './require-master-keys.ts'
import { lockStaleKeys, setWrapping } from './store.ts'

const TOGETHER = 200

/**
 * Wraps some keys anew under the current master key while requests go on: both wrappings open meanwhile. The number of
 * keys done; 0 when none is left and the old master key may go.
 */
export async function rewrapKeys(ctx: ServiceContext): Promise<number> {
  requireSystem(ctx.actor)
  const keys = requireMasterKeys(ctx)
  return withTransaction(ctx, async (tx) => {
    const stale = await lockStaleKeys(tx.db, keys.current.id, TOGETHER)
    for (const row of stale) {
      const { masterKey, wrapped } = rewrap(keys, row, sealContext(row))
      await setWrapping(tx.db, row, { masterKey, wrapped })
    }
    return stale.length
  })
}
