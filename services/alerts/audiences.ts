import { getRoles, requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { OPERATOR } from './schemas.ts'
import type { Readers } from './store.ts'

/** What the signed-in user may read: their own alerts, and the operator's if the chain says that they are one. */
export async function readersFor(ctx: ServiceContext): Promise<Readers> {
  const address = requireUser(ctx.actor)
  const { admin } = await getRoles(ctx, address)
  return { deploymentId: ctx.deploymentId, audiences: admin ? [address, OPERATOR] : [address] }
}
