import { requireSystem } from '#services/auth/index.ts'
import { readHoldsUpTo } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { deleteEndedHolds, expireHolds, listOverdueKeys } from './store.ts'

/** Ended holds are kept for so long, to be looked at. */
const KEPT_MS = 35 * 86_400_000
const FORGOTTEN_AT_ONCE = 1_000

/**
 * Ends holds whose event never came. None is ended before LiteLLM's books have been read for good up to the call's
 * start: until then its event may still come. True when there is more to forget.
 */
export async function sweepVaultHolds(ctx: ServiceContext): Promise<boolean> {
  requireSystem(ctx.actor)
  const now = ctx.clock()
  let ended = 0
  for (const keyHash of await listOverdueKeys(ctx.db, ctx.deploymentId, now)) {
    const placedUpTo = await readHoldsUpTo(ctx, keyHash)
    if (placedUpTo === null) continue
    ended += await expireHolds(ctx.db, keyHash, { now, placedUpTo })
  }
  if (ended > 0) ctx.log.warn({ ended }, 'holds ended whose requests left no event in time')
  const forgotten = await deleteEndedHolds(ctx.db, new Date(now.getTime() - KEPT_MS), FORGOTTEN_AT_ONCE)
  return forgotten === FORGOTTEN_AT_ONCE
}
