import { SESSION_COOKIE, SESSION_TTL_SECONDS } from '#services/auth/index.ts'

/** Ties a sign-in's nonce to the browser that asked for it. */
export const BROWSER_COOKIE = 'flareflow_browser'

function cookie(name: string, value: string, appUrl: string, options: { maxAge: number; path: string }): string {
  const secure = appUrl.startsWith('https:') ? '; Secure' : ''
  return `${name}=${value}; Path=${options.path}; Max-Age=${options.maxAge}; HttpOnly; SameSite=Lax${secure}`
}

export const sessionCookie = (token: string, appUrl: string): string =>
  cookie(SESSION_COOKIE, token, appUrl, { maxAge: SESSION_TTL_SECONDS, path: '/' })

export const noSessionCookie = (appUrl: string): string => cookie(SESSION_COOKIE, '', appUrl, { maxAge: 0, path: '/' })

export const browserCookie = (token: string, appUrl: string): string =>
  cookie(BROWSER_COOKIE, token, appUrl, { maxAge: 3600, path: '/api/auth' })
