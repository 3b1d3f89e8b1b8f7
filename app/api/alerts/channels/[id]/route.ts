import * as z from 'zod'
import { defineRoute } from '#app/_http/define-route.ts'
import { removeChannel, removedChannelView } from '#services/alerts/index.ts'

const channelParams = z.object({ id: z.string().regex(/^channel_[0-9a-f]{24}$/, 'must be the id of a channel') })

/** Nothing is sent there any more. */
export const DELETE = defineRoute(
  { auth: 'session', params: channelParams, response: removedChannelView },
  (ctx, { params }) => removeChannel(ctx, params),
)
