import type { ServiceContext } from '#services/platform/context.ts'
import { getRoles } from './get-roles.ts'
import type { Session } from './get-session.ts'
import type { SessionView } from './schemas.ts'

/** A session as its user sees it, with the roles that the chain gives the address now. */
export async function describeSession(ctx: ServiceContext, session: Session): Promise<SessionView> {
  const roles = await getRoles(ctx, session.address)
  return { address: session.address, network: session.network, expiresAt: session.expiresAt.toISOString(), roles }
}
