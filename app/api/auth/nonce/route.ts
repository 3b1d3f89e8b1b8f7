import { browserCookie, BROWSER_COOKIE } from '#app/_http/cookies.ts'
import { defineRoute } from '#app/_http/define-route.ts'
import { issueNonce, nonceView, readCookie } from '#services/auth/index.ts'

/** Begins a sign-in. */
export const POST = defineRoute({ auth: 'public', response: nonceView }, async (ctx, { request, reply }) => {
  const { browserToken, expiresAt, ...issued } = await issueNonce(ctx, {
    origin: request.headers.get('origin') ?? '',
    browserToken: readCookie(request, BROWSER_COOKIE),
  })
  reply.headers.append('set-cookie', browserCookie(browserToken, ctx.env.app.url))
  return { ...issued, expiresAt: expiresAt.toISOString() }
})
