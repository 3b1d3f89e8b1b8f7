import { and, desc, eq, gt, isNotNull, ne, or } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { apiKeys, polls, watermarks } from '#services/platform/db/schema/index.ts'

export interface PolledKey {
  readonly keyHash: string
  readonly createdAt: Date
}

/** A deleted key's last rows can still appear for some time. */
const AFTER_DELETION_MS = 86_400_000

const keyFields = { keyHash: apiKeys.keyHash, createdAt: apiKeys.createdAt }

const named = (rows: { keyHash: string | null; createdAt: Date }[]): PolledKey[] =>
  rows.flatMap(({ keyHash, createdAt }) => (keyHash === null ? [] : [{ keyHash, createdAt }]))

/** Keys whose spend logs can still hold something new. */
export async function listPolledKeys(
  db: Db,
  deploymentId: string,
  { now, lagMs }: { now: Date; lagMs: number },
): Promise<PolledKey[]> {
  const deletedAfter = new Date(now.getTime() - lagMs - AFTER_DELETION_MS)
  const readable = or(ne(apiKeys.status, 'deleted'), gt(apiKeys.updatedAt, deletedAfter))
  const rows = await db
    .select(keyFields)
    .from(apiKeys)
    .where(and(eq(apiKeys.deploymentId, deploymentId), isNotNull(apiKeys.keyHash), readable))
    .orderBy(apiKeys.createdAt, apiKeys.id)
  return named(rows)
}

const ofVault = (deploymentId: string, vaultId: bigint) =>
  and(eq(apiKeys.deploymentId, deploymentId), eq(apiKeys.vaultId, vaultId), isNotNull(apiKeys.keyHash))

export const listKeysOfVault = async (db: Db, deploymentId: string, vaultId: bigint): Promise<PolledKey[]> =>
  named(await db.select(keyFields).from(apiKeys).where(ofVault(deploymentId, vaultId)))

export const hasKey = async (db: Db, deploymentId: string, vaultId: bigint): Promise<boolean> =>
  (await db.$count(apiKeys, ofVault(deploymentId, vaultId))) > 0

export async function readWatermark(db: Db, name: string): Promise<Date | null> {
  const [row] = await db.select().from(watermarks).where(eq(watermarks.name, name))
  return row?.position ?? null
}

export async function saveWatermark(db: Db, name: string, position: Date): Promise<void> {
  await db
    .insert(watermarks)
    .values({ name, position })
    .onConflictDoUpdate({ target: watermarks.name, set: { position } })
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
