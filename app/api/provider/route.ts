import { defineRoute } from '#app/_http/define-route.ts'
import { providerSummaryView, summarizeProvider } from '#services/subscriptions/index.ts'

/** What the caller earned as a provider, by vault. */
export const GET = defineRoute({ auth: 'session', response: providerSummaryView }, (ctx) => summarizeProvider(ctx))
