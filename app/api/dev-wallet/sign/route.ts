import { defineRoute } from '#app/_http/define-route.ts'
import { requireLoopback } from '#app/_http/require-loopback.ts'
import { devSignatureView, signInput, signWithDevAccount } from '#services/dev-wallet/index.ts'

/** Signs with one of the local accounts. On any network but the emulator there is no such page. */
export const POST = defineRoute(
  { auth: 'public', body: signInput, response: devSignatureView },
  (ctx, { body, request }) => {
    requireLoopback(request, ctx.env.app.url)
    return signWithDevAccount(ctx, body)
  },
)
