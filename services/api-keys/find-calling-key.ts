import type { KeyBlockReason } from '#lib/keys/key-blocks.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { findBlocks, findByHashes } from './store.ts'

interface CallingKey {
  readonly id: string
  readonly vaultId: bigint
  /** What stands in its way; null: it may be used. */
  readonly blocks: readonly KeyBlockReason[] | null
}

/** The key that a caller shows; null when there is none, or none any more. */
export async function findCallingKey(ctx: ServiceContext, keyHash: string): Promise<CallingKey | null> {
  const [row] = await findByHashes(ctx.db, ctx.deploymentId, [keyHash])
  if (!row || (row.status !== 'active' && row.status !== 'blocked')) return null
  const { id, vaultId } = row
  if (row.status === 'active') return { id, vaultId, blocks: null }
  const blocks = (await findBlocks(ctx.db, [id])).map(({ reason }) => reason)
  return { id, vaultId, blocks: blocks.length > 0 ? blocks : ['operator'] }
}
