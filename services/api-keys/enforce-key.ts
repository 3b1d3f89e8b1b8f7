import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { matchLitellm } from './key-state-handler.ts'
import { findLiveKey } from './store.ts'

/**
 * Tells LiteLLM the state of a vault's key now, before the outbox does. When it can't be told that is logged: the
 * outbox tries until it can. Outside of a transaction only.
 */
export async function enforceKey(ctx: ServiceContext, vaultId: bigint): Promise<void> {
  requireSystem(ctx.actor)
  const key = await findLiveKey(ctx.db, { deploymentId: ctx.deploymentId, vaultId })
  if (!key) return
  try {
    await matchLitellm(ctx, key.id)
  } catch (err) {
    ctx.log.warn({ err, keyId: key.id }, 'LiteLLM could not be told at once; the outbox goes on')
  }
}
