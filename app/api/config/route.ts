import { defineRoute } from '#app/_http/define-route.ts'
import { getPublicConfig, publicConfigView } from '#services/subscriptions/index.ts'

/** What a browser needs to know about this installation. No secret is in it. */
export const GET = defineRoute({ auth: 'public', response: publicConfigView }, (ctx) => getPublicConfig(ctx))
