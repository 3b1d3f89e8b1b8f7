import { and, desc, eq, gt, inArray, or, sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { meteredKeys, polls, watermarks } from '#services/platform/db/schema/index.ts'

export interface PolledKey {
  readonly keyHash: string
  /** Below 0: a credit account's, which only the gateway uses. */
  readonly vaultId: bigint
  readonly createdAt: Date
}

/** A deleted key's last rows can still appear for some time. */
const AFTER_DELETION_MS = 86_400_000

const keyFields = { keyHash: meteredKeys.keyHash, vaultId: meteredKeys.vaultId, createdAt: meteredKeys.createdAt }

/** Keys that LiteLLM keeps books of. */
const inBooks = (deploymentId: string) =>
  and(eq(meteredKeys.deploymentId, deploymentId), eq(meteredKeys.isInLitellm, true))

/** Keys whose spend logs can still hold something new. */
export async function listPolledKeys(
  db: Db,
  deploymentId: string,
  { now, lagMs }: { now: Date; lagMs: number },
): Promise<PolledKey[]> {
  const deletedAfter = new Date(now.getTime() - lagMs - AFTER_DELETION_MS)
  const readable = or(eq(meteredKeys.isDeleted, false), gt(meteredKeys.updatedAt, deletedAfter))
  return db
    .select(keyFields)
    .from(meteredKeys)
    .where(and(inBooks(deploymentId), readable))
    .orderBy(meteredKeys.createdAt, meteredKeys.keyHash)
}

const ofVault = (deploymentId: string, vaultId: bigint) => and(inBooks(deploymentId), eq(meteredKeys.vaultId, vaultId))

export const listKeysOfVault = (db: Db, deploymentId: string, vaultId: bigint): Promise<PolledKey[]> =>
  db.select(keyFields).from(meteredKeys).where(ofVault(deploymentId, vaultId))

export const hasKey = async (db: Db, deploymentId: string, vaultId: bigint): Promise<boolean> =>
  (await db.$count(meteredKeys, ofVault(deploymentId, vaultId))) > 0

export async function readWatermark(db: Db, name: string): Promise<Date | null> {
  const [row] = await db.select().from(watermarks).where(eq(watermarks.name, name))
  return row?.position ?? null
}

/** Never backwards: what one reader has read for good need not be read by another. */
export async function saveWatermark(db: Db, name: string, position: Date): Promise<void> {
  await db
    .insert(watermarks)
    .values({ name, position })
    .onConflictDoUpdate({
      target: watermarks.name,
      set: { position: sql`greatest(${watermarks.position}, excluded.position)` },
    })
}

/** The one way back: to read again what was read for good. */
export async function moveWatermarksBack(db: Db, to: Date): Promise<void> {
  await db.update(watermarks).set({ position: to }).where(gt(watermarks.position, to))
}

/** Notes that a log was read up to its end by a read that began then. */
export async function saveRead(db: Db, name: string, position: Date, readAt: Date): Promise<void> {
  await db
    .insert(watermarks)
    .values({ name, position, readAt })
    .onConflictDoUpdate({
      target: watermarks.name,
      set: { readAt: sql`greatest(${watermarks.readAt}, excluded.read_at)` },
    })
}

export interface Claim {
  readonly now: Date
  readonly until: Date
  /** A log that was read since is left alone. */
  readonly dueBefore: Date
}

/** Takes those logs that nobody reads now and nobody has read lately; returns their names. */
export async function claimLogs(
  db: Db,
  logs: readonly { name: string; position: Date }[],
  { now, until, dueBefore }: Claim,
): Promise<Set<string>> {
  if (logs.length === 0) return new Set()
  const claimed = await db
    .insert(watermarks)
    // Everybody claims in the same order, so that none waits in a circle.
    .values(logs.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((log) => ({ ...log, claimedUntil: until })))
    .onConflictDoUpdate({
      target: watermarks.name,
      set: { claimedUntil: until },
      setWhere: sql`(${watermarks.claimedUntil} is null or ${watermarks.claimedUntil} < ${now.toISOString()})
        and (${watermarks.readAt} is null or ${watermarks.readAt} <= ${dueBefore.toISOString()})`,
    })
    .returning({ name: watermarks.name })
  return new Set(claimed.map(({ name }) => name))
}

/** Gives up a claim, unless somebody else has taken it over. */
export async function releaseLogs(db: Db, names: readonly string[], until: Date): Promise<void> {
  await db
    .update(watermarks)
    .set({ claimedUntil: null })
    .where(and(inArray(watermarks.name, [...names]), eq(watermarks.claimedUntil, until)))
}

export interface ReadState {
  readonly keys: number
  /** Begin of the read that is furthest back among the keys' last ones; a key never read counts from its start. */
  readonly oldestReadAt: Date | null
}

/** How far behind reading is, over the keys that are in use. */
export async function readState(db: Db, deploymentId: string, prefix: string): Promise<ReadState> {
  const [row] = await db
    .select({
      keys: sql<number>`count(*)::int`,
      oldest: sql<string | null>`min(coalesce(${watermarks.readAt}, ${meteredKeys.createdAt}))`,
    })
    .from(meteredKeys)
    .leftJoin(watermarks, eq(watermarks.name, sql`${prefix} || ${meteredKeys.keyHash}`))
    .where(and(inBooks(deploymentId), eq(meteredKeys.isDeleted, false)))
  return { keys: row?.keys ?? 0, oldestReadAt: row?.oldest ? new Date(row.oldest) : null }
}

type PollRow = typeof polls.$inferSelect

/** The vault's poll that was asked for last. */
export async function findLatestPoll(db: Db, deploymentId: string, vaultId: bigint): Promise<string | null> {
  const [row] = await db
    .select({ id: polls.id })
    .from(polls)
    .where(and(eq(polls.deploymentId, deploymentId), eq(polls.vaultId, vaultId)))
    .orderBy(desc(polls.requestedAt))
    .limit(1)
  return row?.id ?? null
}

/** False when a poll of this vault waits already: two hints at once give one. */
export async function insertPoll(
  db: Db,
  poll: Pick<PollRow, 'id' | 'deploymentId' | 'vaultId' | 'reason' | 'requestedAt'>,
): Promise<boolean> {
  const made = await db
    .insert(polls)
    .values({ ...poll, status: 'pending' })
    .onConflictDoNothing()
    .returning({ id: polls.id })
  return made.length > 0
}

export async function findPoll(db: Db, id: string): Promise<PollRow | null> {
  const [row] = await db.select().from(polls).where(eq(polls.id, id))
  return row ?? null
}

export async function updatePoll(
  db: Db,
  id: string,
  change: Partial<Pick<PollRow, 'status' | 'startedAt' | 'finishedAt' | 'found' | 'error'>>,
): Promise<void> {
  await db.update(polls).set(change).where(eq(polls.id, id))
}
