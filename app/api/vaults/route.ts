import { defineRoute } from '#app/_http/define-route.ts'
import { listMyVaults, vaultListView } from '#services/subscriptions/index.ts'

/** The caller's own vaults. */
export const GET = defineRoute({ auth: 'session', response: vaultListView }, (ctx) => listMyVaults(ctx))
