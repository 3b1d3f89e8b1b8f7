import { type NextRequest, NextResponse } from 'next/server'
import { contentSecurityPolicy } from '#app/_http/content-security-policy.ts'
import { NODE_COOKIE, parseNodeAddress } from '#lib/receipts/node-address.ts'
import { processEnv } from '#services/platform/env.ts'

/** Gives each page a nonce and the policy that names it. Who may see a page is decided by the page and the API. */
export function proxy(request: NextRequest): NextResponse {
  const env = processEnv()
  const nonce = btoa(crypto.randomUUID())
  const policy = contentSecurityPolicy({
    nonce,
    network: env.flow.network,
    accessNode: env.flow.accessNode,
    ownNode: parseNodeAddress(request.cookies.get(NODE_COOKIE)?.value ?? ''),
    walletConnect: env.flow.walletConnectProjectId !== null,
    stripe: env.stripe !== null,
    development: env.mode === 'development',
    secure: env.app.url.startsWith('https:'),
    framedBySelf: request.nextUrl.pathname.startsWith('/dev-wallet/'),
  })
  const headers = new Headers(request.headers)
  // Next reads the nonce for its own scripts from the request.
  headers.set('Content-Security-Policy', policy)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('Content-Security-Policy', policy)
  if (env.app.url.startsWith('https:')) response.headers.set('Strict-Transport-Security', 'max-age=31536000')
  return response
}

export const config = {
  matcher: [
    {
      source: '/((?!api/|_next/static|_next/image|icon.svg).*)',
      missing: [
        { type: 'header', key: 'next-router-prefetch' },
        { type: 'header', key: 'purpose', value: 'prefetch' },
      ],
    },
  ],
}
