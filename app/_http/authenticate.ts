import { AppError } from '#lib/errors/app-error.ts'
import { getSession, readCookie, type Session, SESSION_COOKIE } from '#services/auth/index.ts'
import type { Actor, ServiceContext } from '#services/platform/context.ts'
import { webGateway } from './container.ts'

/** `session`: somebody who is signed in. `session or key`: also whoever shows what the gateway takes. */
export type RouteAuth = 'public' | 'session' | 'session or key'

/** Who sent a request: the session's user, or nobody. */
export interface Caller {
  actor: Actor
  session: Session | null
  /** The session's token, also when the session is dead: signing out and signing in end it. */
  token: string | null
}

/** Whether somebody is asked for by what they show, whatever their cookies say. */
export const showsKey = (request: Request, need: RouteAuth): boolean =>
  need === 'session or key' && request.headers.has('authorization')

/**
 * Reads the session cookie, or the key where a route takes one and the request shows one. A route that needs somebody
 * refuses the rest before it reads the body.
 */
export async function authenticate(ctx: ServiceContext, request: Request, need: RouteAuth): Promise<Caller> {
  if (showsKey(request, need)) {
    const gateway = await webGateway()
    return { actor: await gateway.actorOf(request), session: null, token: null }
  }
  const token = readCookie(request, SESSION_COOKIE)
  const session = token ? await getSession(ctx, token) : null
  if (session) return { actor: { kind: 'user', address: session.address }, session, token }
  if (need !== 'public') throw new AppError('session_required', 'You are not signed in. Connect your wallet.')
  return { actor: { kind: 'anonymous' }, session: null, token }
}
