import { defineRoute } from '#app/_http/define-route.ts'
import { addChannel, addedChannelView, channelInput, channelListView, listChannels } from '#services/alerts/index.ts'

/** Where the caller is told of alerts beside the console, with the log of deliveries. */
export const GET = defineRoute({ auth: 'session', response: channelListView }, (ctx) => listChannels(ctx))

/** Adds a webhook or a mail address: 201 with the webhook's secret, once; 200 without it ever after. */
export const POST = defineRoute(
  { auth: 'session', body: channelInput, response: addedChannelView },
  async (ctx, { body, reply }) => {
    const added = await addChannel(ctx, body)
    if (added.secret) reply.status = 201
    return added
  },
)
