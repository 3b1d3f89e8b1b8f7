import { defineRoute } from '#app/_http/define-route.ts'
import { letterParams, replayDeadLetters, replayView } from '#services/metering/index.ts'

/** Tries again to store it. For the admin. */
export const POST = defineRoute(
  { auth: 'session', params: letterParams, response: replayView },
  (ctx, { params: { id } }) => replayDeadLetters(ctx, { ids: [id] }),
)
