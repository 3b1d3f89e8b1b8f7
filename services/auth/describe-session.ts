import type { ServiceContext } from '#services/platform/context.ts'
import { whenChainIsAway } from '#services/platform/when-chain-is-away.ts'
import { getRoles } from './get-roles.ts'
import type { Session } from './get-session.ts'
import type { SessionView } from './schemas.ts'

/** A session as its user sees it, with the roles that the chain gives the address now. */
export async function describeSession(ctx: ServiceContext, session: Session): Promise<SessionView> {
  const roles = await whenChainIsAway(getRoles(ctx, session.address), null)
  return { address: session.address, network: session.network, expiresAt: session.expiresAt.toISOString(), roles }
}
