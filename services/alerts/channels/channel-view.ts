import type { ChannelView } from '../schemas.ts'
import type { ChannelRow, DeliveryRow } from './store.ts'

const toDeliveryView = (row: DeliveryRow): ChannelView['deliveries'][number] => ({
  id: row.id,
  alertId: row.alertId,
  status: row.status,
  attempts: row.attempts,
  lastStatus: row.lastStatus,
  lastError: row.lastError,
  createdAt: row.createdAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
})

/** A channel on the wire: never its secret. */
export const toChannelView = (row: ChannelRow, deliveries: readonly DeliveryRow[]): ChannelView => ({
  id: row.id,
  kind: row.kind,
  target: row.target,
  confirmed: row.confirmedAt !== null,
  lastError: row.lastError,
  createdAt: row.createdAt.toISOString(),
  deliveries: deliveries.filter(({ channelId }) => channelId === row.id).map(toDeliveryView),
})
