import type { KeyBlockReason } from '#lib/keys/key-blocks.ts'
import { type Usd, usd } from '#lib/money/units.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { findBlocks, findLiveKeys, listLiveKeys } from './store.ts'

/** A vault's key as whoever watches over the vault needs it. */
export interface GuardedKey {
  readonly id: string
  readonly vaultId: bigint
  /** Address of the vault's owner when the key was made. */
  readonly maker: string
  readonly budgetUsd: Usd | null
  /** What blocks it now. */
  readonly reasons: readonly KeyBlockReason[]
}

/** The live keys of some vaults, or of all. */
export async function listGuardedKeys(ctx: ServiceContext, vaultIds?: readonly bigint[]): Promise<GuardedKey[]> {
  requireSystem(ctx.actor)
  const { db, deploymentId } = ctx
  const rows = vaultIds ? await findLiveKeys(db, deploymentId, [...vaultIds]) : await listLiveKeys(db, deploymentId)
  const blocked = rows.filter(({ status }) => status !== 'active').map(({ id }) => id)
  const blocks = Map.groupBy(await findBlocks(db, blocked), ({ keyId }) => keyId)
  return rows.map(({ id, vaultId, createdBy: maker, budgetUsd }) => ({
    id,
    vaultId,
    maker,
    budgetUsd: budgetUsd === null ? null : usd(budgetUsd),
    reasons: (blocks.get(id) ?? []).map(({ reason }) => reason),
  }))
}
