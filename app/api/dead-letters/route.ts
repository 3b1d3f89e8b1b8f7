import { defineRoute } from '#app/_http/define-route.ts'
import { letterPageView, letterQuery, listDeadLetters } from '#services/metering/index.ts'

/** Usage that could not be stored, newest first. For the admin. */
export const GET = defineRoute({ auth: 'session', query: letterQuery, response: letterPageView }, (ctx, { query }) =>
  listDeadLetters(ctx, query),
)
