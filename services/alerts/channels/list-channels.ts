import { requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { ChannelView } from '../schemas.ts'
import { toChannelView } from './channel-view.ts'
import { listChannelRows, listRecentDeliveries } from './store.ts'

const RECENT = 10

/** Where the signed-in user is told of alerts beside the console, with the log of the newest deliveries. */
export async function listChannels(ctx: ServiceContext): Promise<{ channels: ChannelView[]; mailIsSetUp: boolean }> {
  const audience = requireUser(ctx.actor)
  const rows = await listChannelRows(ctx.db, { deploymentId: ctx.deploymentId, audience })
  const deliveries = await listRecentDeliveries(
    ctx.db,
    rows.map(({ id }) => id),
    RECENT,
  )
  return { channels: rows.map((row) => toChannelView(row, deliveries)), mailIsSetUp: ctx.env.alerts.mail !== null }
}
