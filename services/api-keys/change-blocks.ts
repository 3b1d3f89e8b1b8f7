import type { KeyBlockReason } from '#lib/keys/key-blocks.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { setStatus } from './set-status.ts'
import { awaitKey, awaitLiveKey, countBlocks, type KeyRow } from './store.ts'

/** A key by its own id, or the one that a vault has now. */
export type KeyTarget = { keyId: string } | { vaultId: bigint }

/** A reason on a key. `detail` tells blocks of one reason apart, such as the id of a limit. */
export type KeyBlockInput<R extends KeyBlockReason = KeyBlockReason> = KeyTarget & { reason: R; detail?: string }

/**
 * Changes a key's blocks and, with them in one transaction, what LiteLLM has to be told: blocked while at least one
 * stands. False when nothing changed: there is no such key, or it was so before. A part of the caller's transaction if
 * there is one.
 */
export function changeBlocks(
  ctx: ServiceContext,
  target: KeyTarget,
  change: (tx: ServiceContext, key: KeyRow) => Promise<boolean>,
): Promise<boolean> {
  requireSystem(ctx.actor)
  return withTransaction(ctx, async (tx) => {
    const key = await awaitTarget(tx, target)
    if (!key || key.status === 'deleted' || !(await change(tx, key))) return false
    const status = (await countBlocks(tx.db, key.id)) > 0 ? 'blocked' : 'active'
    // A key that isn't made yet has nothing in LiteLLM to be told about; making it looks at its blocks.
    if (key.status !== 'pending' && key.status !== status) await setStatus(tx, key, status)
    return true
  })
}

async function awaitTarget({ db, deploymentId }: ServiceContext, target: KeyTarget): Promise<KeyRow | null> {
  if ('keyId' in target) return awaitKey(db, deploymentId, target.keyId)
  // A key that was replaced while this waited for it is not the vault's any more: the second look finds the new one.
  const vault = { deploymentId, vaultId: target.vaultId }
  return (await awaitLiveKey(db, vault)) ?? (await awaitLiveKey(db, vault))
}
