import { BROWSER_COOKIE, noSessionCookie, sessionCookie } from '#app/_http/cookies.ts'
import { defineRoute } from '#app/_http/define-route.ts'
import {
  accountProofInput,
  describeSession,
  endSession,
  openSession,
  readCookie,
  sessionView,
} from '#services/auth/index.ts'
import { clientAddress } from '#lib/accounts/client-address.ts'
import { enterAccount } from '#services/accounts/index.ts'
import { withActor } from '#services/platform/context.ts'
import * as z from 'zod'

/** Who is signed in: the session with its roles, or null. */
export const GET = defineRoute({ auth: 'public', response: sessionView.nullable() }, async (ctx, { caller }) =>
  caller.session ? describeSession(ctx, caller.session) : null,
)

/** Signs in with a wallet's account proof. The first time it opens the wallet's credit account. */
export const POST = defineRoute(
  { auth: 'public', body: accountProofInput, response: sessionView },
  async (ctx, { body, caller, request, reply }) => {
    const browserToken = readCookie(request, BROWSER_COOKIE)
    const { token, session } = await openSession(ctx, { ...body, browserToken, previousToken: caller.token })
    const system = withActor(ctx, { kind: 'system', job: 'sign-in' })
    const networkAddress = clientAddress(request, ctx.env.trustedProxies)
    await enterAccount(system, { subject: `flow:${session.address}`, networkAddress, verifiedEmail: null })
    reply.headers.append('set-cookie', sessionCookie(token, ctx.env.app.url))
    return describeSession(ctx, session)
  },
)

/** Signs out; also for somebody who isn't signed in. */
export const DELETE = defineRoute({ auth: 'public', response: z.null() }, async (ctx, { caller, reply }) => {
  if (caller.token) await endSession(ctx, caller.token)
  reply.headers.append('set-cookie', noSessionCookie(ctx.env.app.url))
  return null
})
