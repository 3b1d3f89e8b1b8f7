import { gravestBlock, keyBlockSentence } from '#lib/keys/key-blocks.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { findBlocks, findByHashes } from './store.ts'

interface CallingKey {
  readonly id: string
  readonly vaultId: bigint
  /** What stands in its way and what to do about it; null: it may be used. */
  readonly blocked: string | null
}

/** The key that a caller shows; null when there is none, or none any more. */
export async function findCallingKey(ctx: ServiceContext, keyHash: string): Promise<CallingKey | null> {
  const [row] = await findByHashes(ctx.db, ctx.deploymentId, [keyHash])
  if (!row || (row.status !== 'active' && row.status !== 'blocked')) return null
  const { id, vaultId } = row
  if (row.status === 'active') return { id, vaultId, blocked: null }
  const reason = gravestBlock((await findBlocks(ctx.db, [id])).map((block) => block.reason))
  return { id, vaultId, blocked: keyBlockSentence(reason ?? 'operator') }
}
