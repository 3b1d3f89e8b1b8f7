import { defineRoute } from '#app/_http/define-route.ts'
import { requireLoopback } from '#app/_http/require-loopback.ts'
import { devAccountListView, listDevAccounts } from '#services/dev-wallet/index.ts'

/** The accounts that the development wallet offers. On any network but the emulator there is no such page. */
export const GET = defineRoute({ auth: 'public', response: devAccountListView }, (ctx, { request }) => {
  requireLoopback(request, ctx.env.app.url)
  return listDevAccounts(ctx)
})
