import type { KeyBlockReason } from '#lib/keys/key-blocks.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { changeBlocks, type KeyBlockInput } from './change-blocks.ts'
import { deleteBlock } from './store.ts'

/** Whoever had the vault knows the secret: a transferred vault's key stays blocked, and the new owner makes another. */
type Liftable = Exclude<KeyBlockReason, 'transferred'>

/**
 * A reason stands no more; LiteLLM serves the key again when it was the last one. False when it didn't stand or there
 * is no such key. Repeating this does nothing.
 */
export function liftKeyBlock(ctx: ServiceContext, input: KeyBlockInput<Liftable>): Promise<boolean> {
  const { reason, detail = '' } = input
  return changeBlocks(ctx, input, (tx, key) => deleteBlock(tx.db, { keyId: key.id, reason, detail }))
}
