import { and, desc, eq, gt, isNotNull, isNull, lt, notInArray, or, sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { alertChannels, alertDeliveries } from '#services/platform/db/schema/index.ts'

export type ChannelRow = typeof alertChannels.$inferSelect
export type DeliveryRow = typeof alertDeliveries.$inferSelect

/** Whose channels: an address, or the operator. */
export interface ChannelOwner {
  readonly deploymentId: string
  readonly audience: string
}

const standing = ({ deploymentId, audience }: ChannelOwner) =>
  and(
    eq(alertChannels.deploymentId, deploymentId),
    eq(alertChannels.audience, audience),
    isNull(alertChannels.removedAt),
  )

export const listChannelRows = (db: Db, owner: ChannelOwner): Promise<ChannelRow[]> =>
  db.select().from(alertChannels).where(standing(owner)).orderBy(alertChannels.createdAt, alertChannels.id)

/** Those that something may be sent to. */
export const listConfirmedChannels = (db: Db, owner: ChannelOwner): Promise<ChannelRow[]> =>
  db
    .select()
    .from(alertChannels)
    .where(and(standing(owner), isNotNull(alertChannels.confirmedAt)))

/** One who changes the channels of somebody at a time, until the transaction ends. */
export async function lockChannels(db: Db, { deploymentId, audience }: ChannelOwner): Promise<void> {
  const name = `alert-channels/${deploymentId}/${audience}`
  await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`)
}

export async function insertChannel(db: Db, row: typeof alertChannels.$inferInsert): Promise<ChannelRow | null> {
  const [made] = await db.insert(alertChannels).values(row).onConflictDoNothing().returning()
  return made ?? null
}

/** Also those that were removed since. */
export const countAddedSince = (db: Db, { deploymentId, audience }: ChannelOwner, since: Date): Promise<number> =>
  db.$count(
    alertChannels,
    and(
      eq(alertChannels.deploymentId, deploymentId),
      eq(alertChannels.audience, audience),
      gt(alertChannels.createdAt, since),
    ),
  )

export async function findChannel(db: Db, id: string): Promise<ChannelRow | null> {
  const [row] = await db.select().from(alertChannels).where(eq(alertChannels.id, id))
  return row ?? null
}

/** The channel that a word confirms, confirmed now or before; null when the word is unknown or too old. */
export async function confirmByHash(
  db: Db,
  deploymentId: string,
  confirmationHash: string,
  now: Date,
): Promise<ChannelRow | null> {
  const [row] = await db
    .update(alertChannels)
    .set({ confirmedAt: sql`coalesce(${alertChannels.confirmedAt}, ${now.toISOString()}::timestamptz)` })
    .where(
      and(
        eq(alertChannels.deploymentId, deploymentId),
        eq(alertChannels.confirmationHash, confirmationHash),
        gt(alertChannels.confirmationExpiresAt, now),
        isNull(alertChannels.removedAt),
      ),
    )
    .returning()
  return row ?? null
}

/** Nothing is sent to it any more. */
export async function markRemoved(db: Db, owner: ChannelOwner, id: string, removedAt: Date): Promise<void> {
  await db
    .update(alertChannels)
    .set({ removedAt })
    .where(and(standing(owner), eq(alertChannels.id, id)))
}

/** Removes all but these. */
export async function removeOthers(
  db: Db,
  owner: ChannelOwner,
  keptIds: readonly string[],
  removedAt: Date,
): Promise<void> {
  const others = keptIds.length > 0 ? notInArray(alertChannels.id, [...keptIds]) : undefined
  await db
    .update(alertChannels)
    .set({ removedAt })
    .where(and(standing(owner), others))
}

/** The newest deliveries of each channel, newest first. */
export async function listRecentDeliveries(
  db: Db,
  channelIds: readonly string[],
  limit: number,
): Promise<DeliveryRow[]> {
  const lists = await Promise.all(
    channelIds.map((channelId) =>
      db
        .select()
        .from(alertDeliveries)
        .where(eq(alertDeliveries.channelId, channelId))
        .orderBy(desc(alertDeliveries.createdAt), desc(alertDeliveries.id))
        .limit(limit),
    ),
  )
  return lists.flat()
}

/** Lets one worker try a failing channel, and nobody else before `until`. False: it is another's turn, or too early. */
export async function takeTry(db: Db, id: string, now: Date, until: Date): Promise<boolean> {
  const isDue = or(isNull(alertChannels.retryAt), lt(alertChannels.retryAt, now), eq(alertChannels.retryAt, now))
  const taken = await db
    .update(alertChannels)
    .set({ retryAt: until })
    .where(and(eq(alertChannels.id, id), isDue))
    .returning({ id: alertChannels.id })
  return taken.length > 0
}

export async function noteWorks(db: Db, id: string): Promise<void> {
  await db
    .update(alertChannels)
    .set({ failures: 0, retryAt: null, lastError: null })
    .where(and(eq(alertChannels.id, id), gt(alertChannels.failures, 0)))
}

/** `seen`: the failures before this try. Tries that failed side by side count as one. */
export async function noteFails(
  db: Db,
  id: string,
  { seen, retryAt, error }: { seen: number; retryAt: Date; error: string },
): Promise<void> {
  await db
    .update(alertChannels)
    .set({ failures: sql`greatest(${alertChannels.failures}, ${seen + 1})`, retryAt, lastError: error })
    .where(eq(alertChannels.id, id))
}
