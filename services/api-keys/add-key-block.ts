import type { ServiceContext } from '#services/platform/context.ts'
import { changeBlocks, type KeyBlockInput } from './change-blocks.ts'
import { insertBlock } from './store.ts'

/**
 * A reason not to serve a key begins to stand; LiteLLM refuses the key within a second of the commit, or as soon as it
 * answers again. False when it stood before or there is no such key. Repeating this does nothing.
 */
export function addKeyBlock(ctx: ServiceContext, input: KeyBlockInput): Promise<boolean> {
  const { reason, detail = '' } = input
  return changeBlocks(ctx, input, (tx, key) => insertBlock(tx.db, { keyId: key.id, reason, detail, since: tx.clock() }))
}
