import * as z from 'zod'
import { defineRoute } from '#app/_http/define-route.ts'
import { discardDeadLetters, discardInput, letterParams } from '#services/metering/index.ts'

/** Gives it up, with the reason. For the admin. */
export const POST = defineRoute(
  { auth: 'session', params: letterParams, body: discardInput, response: z.null() },
  (ctx, { params: { id }, body: { reason } }) => discardDeadLetters(ctx, { ids: [id], reason }),
)
