import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { alertChannels, alertDeliveries, alerts } from '#services/platform/db/schema/index.ts'
import type { ChannelRow, DeliveryRow } from '../channels/store.ts'
import type { AlertRow } from '../store.ts'

/** A delivery with what it brings where. */
export interface Consignment {
  readonly delivery: DeliveryRow
  readonly alert: AlertRow
  readonly channel: ChannelRow
}

/** Returns those that were not wanted before. */
export async function insertDeliveries(
  db: Db,
  rows: readonly (typeof alertDeliveries.$inferInsert)[],
): Promise<DeliveryRow[]> {
  if (rows.length === 0) return []
  return db
    .insert(alertDeliveries)
    .values([...rows])
    .onConflictDoNothing({ target: [alertDeliveries.alertId, alertDeliveries.channelId] })
    .returning()
}

export async function findConsignment(db: Db, deliveryId: string): Promise<Consignment | null> {
  const [row] = await db
    .select({ delivery: alertDeliveries, alert: alerts, channel: alertChannels })
    .from(alertDeliveries)
    .innerJoin(alerts, eq(alerts.id, alertDeliveries.alertId))
    .innerJoin(alertChannels, eq(alertChannels.id, alertDeliveries.channelId))
    .where(eq(alertDeliveries.id, deliveryId))
  return row ?? null
}

export interface Attempt {
  readonly status: DeliveryRow['status']
  readonly at: Date
  readonly lastStatus: number | null
  readonly lastError: string | null
}

/** Writes a try into the log. What was delivered stays so. */
export async function noteAttempt(db: Db, id: string, { status, at, ...last }: Attempt): Promise<void> {
  await db
    .update(alertDeliveries)
    .set({
      ...last,
      status,
      attempts: sql`${alertDeliveries.attempts} + 1`,
      triedAt: at,
      finishedAt: status === 'pending' ? null : at,
    })
    .where(and(eq(alertDeliveries.id, id), eq(alertDeliveries.status, 'pending')))
}

/** Ends a delivery that is not wanted any more, without a try. */
export async function dropDelivery(db: Db, id: string, at: Date, lastError: string): Promise<void> {
  await db
    .update(alertDeliveries)
    .set({ status: 'failed', finishedAt: at, lastError })
    .where(and(eq(alertDeliveries.id, id), eq(alertDeliveries.status, 'pending')))
}
