import { AppError } from '#lib/errors/app-error.ts'
import { requireOwner, requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { viewKey } from './key-view.ts'
import { vaultNotFound } from './require-payable-vault.ts'
import type { KeyView } from './schemas.ts'
import { awaitLiveKey, updateKey } from './store.ts'

export interface AcknowledgeKeyInput {
  vaultId: bigint
  /** The masked key that the owner saw; one that was replaced meanwhile is not confirmed. */
  masked?: string | undefined
}

/** The owner has the secret: from now on the key is never replaced by a repeat. Repeating this does nothing. */
export async function acknowledgeKey(ctx: ServiceContext, input: AcknowledgeKeyInput): Promise<KeyView> {
  requireUser(ctx.actor)
  const vault = await ctx.chain.script('get_vault', { id: input.vaultId })
  if (!vault) throw vaultNotFound(input.vaultId)
  requireOwner(ctx.actor, vault)
  return withTransaction(ctx, async (tx) => {
    const key = await awaitLiveKey(tx.db, { deploymentId: tx.deploymentId, vaultId: input.vaultId })
    if (!key?.keyHash || (input.masked !== undefined && input.masked !== key.masked)) {
      throw new AppError(
        'key_missing',
        'This key was replaced by a newer one, and does not work. Make a new key, or use the newer one.',
      )
    }
    if (key.shownAt) return viewKey(tx.db, key)
    const seen = { shownAt: tx.clock(), updatedAt: tx.clock() }
    await updateKey(tx.db, key.id, seen)
    return viewKey(tx.db, { ...key, ...seen })
  })
}
