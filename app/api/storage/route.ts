import { defineRoute } from '#app/_http/define-route.ts'
import { getStorage, storageView } from '#services/subscriptions/index.ts'

/** How full the contracts' account is: a new subscription needs room in it. */
export const GET = defineRoute({ auth: 'public', response: storageView }, (ctx) => getStorage(ctx))
