import { SESSION_TTL_SECONDS } from '#services/auth/index.ts'

/** Carries the session. Its value is random; the database knows only a hash of it. */
export const SESSION_COOKIE = 'flareflow_session'
/** Ties a sign-in's nonce to the browser that asked for it. */
export const BROWSER_COOKIE = 'flareflow_browser'

/** A cookie's value, or null. */
export function readCookie(request: Request, name: string): string | null {
  for (const pair of (request.headers.get('cookie') ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim() || null
  }
  return null
}

function cookie(name: string, value: string, appUrl: string, options: { maxAge: number; path: string }): string {
  const secure = appUrl.startsWith('https:') ? '; Secure' : ''
  return `${name}=${value}; Path=${options.path}; Max-Age=${options.maxAge}; HttpOnly; SameSite=Lax${secure}`
}

export const sessionCookie = (token: string, appUrl: string): string =>
  cookie(SESSION_COOKIE, token, appUrl, { maxAge: SESSION_TTL_SECONDS, path: '/' })

export const noSessionCookie = (appUrl: string): string => cookie(SESSION_COOKIE, '', appUrl, { maxAge: 0, path: '/' })

export const browserCookie = (token: string, appUrl: string): string =>
  cookie(BROWSER_COOKIE, token, appUrl, { maxAge: 3600, path: '/api/auth' })
