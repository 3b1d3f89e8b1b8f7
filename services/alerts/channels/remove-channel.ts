import { requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { markRemoved } from './store.ts'

/** Nothing is sent there any more; what waits for it is dropped. A channel of somebody else's is left alone. */
export async function removeChannel(ctx: ServiceContext, { id }: { id: string }): Promise<{ removed: true }> {
  const audience = requireUser(ctx.actor)
  await markRemoved(ctx.db, { deploymentId: ctx.deploymentId, audience }, id, ctx.clock())
  return { removed: true }
}
