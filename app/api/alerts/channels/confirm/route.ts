import * as z from 'zod'
import { defineRoute } from '#app/_http/define-route.ts'
import { confirmChannel, confirmedChannelView } from '#services/alerts/index.ts'

const confirmBody = z.object({ word: z.string().regex(/^[0-9a-f]{64}$/, 'must be the word from the mail') })

/** The reader of a mail wants the alerts. Whoever has the word may say so, signed in or not. */
export const POST = defineRoute(
  { auth: 'public', body: confirmBody, response: confirmedChannelView },
  (ctx, { body }) => confirmChannel(ctx, body),
)
