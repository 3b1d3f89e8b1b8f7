import { defineRoute } from '#app/_http/define-route.ts'
import { fixDeadLetter, fixInput, getDeadLetter, letterDetailView, letterParams } from '#services/metering/index.ts'

/** A dead letter and what was done to it. For the admin. */
export const GET = defineRoute(
  { auth: 'session', params: letterParams, response: letterDetailView },
  (ctx, { params }) => getDeadLetter(ctx, params),
)

/** Replaces what it holds, which a replay then judges. For the admin. */
export const PATCH = defineRoute(
  { auth: 'session', params: letterParams, body: fixInput, response: letterDetailView },
  (ctx, { params: { id }, body: { payload } }) => fixDeadLetter(ctx, { id, payload }),
)
