import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { lockLiveKey, updateKey } from './store.ts'

/** Makes LiteLLM refuse the vault's key. False when there is no active key, or it is being changed: ask again. */
export const blockKey = (ctx: ServiceContext, input: { vaultId: bigint }): Promise<boolean> =>
  switchKey(ctx, input.vaultId, { from: 'active', to: 'blocked' })

/** Lets the vault's key work again. False when there is no blocked key, or it is being changed: ask again. */
export const unblockKey = (ctx: ServiceContext, input: { vaultId: bigint }): Promise<boolean> =>
  switchKey(ctx, input.vaultId, { from: 'blocked', to: 'active' })

interface Switch {
  from: 'active' | 'blocked'
  to: 'active' | 'blocked'
}

/** LiteLLM is told under the row's lock, so that a block and an unblock can't overtake each other. */
function switchKey(ctx: ServiceContext, vaultId: bigint, { from, to }: Switch): Promise<boolean> {
  requireSystem(ctx.actor)
  return withTransaction(ctx, async (tx) => {
    const key = await lockLiveKey(tx.db, { deploymentId: tx.deploymentId, vaultId })
    if (key?.status !== from || !key.keyHash) return false
    await (to === 'blocked' ? tx.litellm.blockKey(key.keyHash) : tx.litellm.unblockKey(key.keyHash))
    await updateKey(tx.db, key.id, { status: to, updatedAt: tx.clock() })
    return true
  })
}
