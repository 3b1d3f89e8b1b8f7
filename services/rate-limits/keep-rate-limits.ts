import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { RATE_TIMES } from './create-rate-limiter.ts'
import { deleteStale } from './store.ts'

/** Clears away what counted for somebody who doesn't come any more. */
export async function keepRateLimits(ctx: ServiceContext): Promise<void> {
  requireSystem(ctx.actor)
  await deleteStale(ctx.db, RATE_TIMES.windowMs)
}
