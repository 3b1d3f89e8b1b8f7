import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { requireCollector } from '../require-collector.ts'
import { pollKeys } from './poll-spend-logs.ts'
import { listKeysOfVault } from './store.ts'

/** Reads LiteLLM's books for the keys of one vault now. Throws `vault_not_found` or `litellm_unreachable`. */
export async function pollVault(ctx: ServiceContext, vaultId: bigint): Promise<{ found: number; stored: number }> {
  requireCollector(ctx.actor)
  const keys = await listKeysOfVault(ctx.db, ctx.deploymentId, vaultId)
  if (keys.length === 0) {
    throw new AppError('vault_not_found', 'No key of this vault is known here. Nothing was polled.')
  }
  const { found, stored, failed } = await pollKeys(ctx, keys)
  if (failed === 0) return { found, stored }
  throw new AppError('litellm_unreachable', 'LiteLLM does not answer right now. Try again in a moment.')
}
