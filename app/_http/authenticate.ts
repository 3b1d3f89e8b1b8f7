import { AppError } from '#lib/errors/app-error.ts'
import { getSession, readCookie, type Session, SESSION_COOKIE } from '#services/auth/index.ts'
import type { Actor, ServiceContext } from '#services/platform/context.ts'

/** Who sent a request: the session's user, or nobody. */
export interface Caller {
  actor: Actor
  session: Session | null
  /** The session's token, also when the session is dead: signing out and signing in end it. */
  token: string | null
}

/** Reads the session cookie. A route that needs a user refuses the rest before it reads the body. */
export async function authenticate(ctx: ServiceContext, request: Request, need: 'public' | 'session'): Promise<Caller> {
  const token = readCookie(request, SESSION_COOKIE)
  const session = token ? await getSession(ctx, token) : null
  if (session) return { actor: { kind: 'user', address: session.address }, session, token }
  if (need === 'session') throw new AppError('session_required', 'You are not signed in. Connect your wallet.')
  return { actor: { kind: 'anonymous' }, session: null, token }
}
