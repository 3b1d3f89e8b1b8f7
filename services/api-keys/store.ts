import { and, asc, count, eq, gt, inArray, isNotNull, ne, sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { apiKeys, keyBlocks, meteredKeys, upstreamKeys } from '#services/platform/db/schema/index.ts'

export type KeyRow = typeof apiKeys.$inferSelect
export type BlockRow = typeof keyBlocks.$inferSelect

/** One vault of one deployment of the contracts. */
export interface VaultRef {
  deploymentId: string
  vaultId: bigint
}

const liveKeyOf = ({ deploymentId, vaultId }: VaultRef) =>
  and(eq(apiKeys.deploymentId, deploymentId), eq(apiKeys.vaultId, vaultId), ne(apiKeys.status, 'deleted'))

export async function findLiveKey(db: Db, vault: VaultRef): Promise<KeyRow | null> {
  const found = await db.select().from(apiKeys).where(liveKeyOf(vault))
  return found[0] ?? null
}

export async function findLiveKeys(db: Db, deploymentId: string, vaultIds: bigint[]): Promise<KeyRow[]> {
  if (vaultIds.length === 0) return []
  return db
    .select()
    .from(apiKeys)
    .where(
      and(eq(apiKeys.deploymentId, deploymentId), inArray(apiKeys.vaultId, vaultIds), ne(apiKeys.status, 'deleted')),
    )
}

/** Every live key of a deployment, those that are still to be made too. */
export async function listLiveKeys(db: Db, deploymentId: string): Promise<KeyRow[]> {
  return db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.deploymentId, deploymentId), ne(apiKeys.status, 'deleted')))
}

/** Who pays for usage of keys; also of replaced ones, whose late usage is still their vault's. */
export async function findPayers(
  db: Db,
  deploymentId: string,
  keyHashes: readonly string[],
): Promise<(typeof meteredKeys.$inferSelect)[]> {
  if (keyHashes.length === 0) return []
  return db
    .select()
    .from(meteredKeys)
    .where(and(eq(meteredKeys.deploymentId, deploymentId), inArray(meteredKeys.keyHash, keyHashes)))
}

type UpstreamKeyRow = typeof upstreamKeys.$inferSelect

export async function findUpstreamKey(db: Db, keyHash: string): Promise<UpstreamKeyRow | null> {
  const [row] = await db.select().from(upstreamKeys).where(eq(upstreamKeys.keyHash, keyHash))
  return row ?? null
}

export async function insertUpstreamKey(db: Db, row: UpstreamKeyRow): Promise<void> {
  await db.insert(upstreamKeys).values(row).onConflictDoNothing()
}

export async function activateUpstreamKey(db: Db, keyHash: string): Promise<void> {
  await db.update(upstreamKeys).set({ status: 'active' }).where(eq(upstreamKeys.keyHash, keyHash))
}

export async function findByHashes(db: Db, deploymentId: string, keyHashes: readonly string[]): Promise<KeyRow[]> {
  if (keyHashes.length === 0) return []
  return db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.deploymentId, deploymentId), inArray(apiKeys.keyHash, keyHashes)))
}

/** Takes the vault's live key for this transaction, or null when another one has it (or there is none). */
export async function lockLiveKey(db: Db, vault: VaultRef): Promise<KeyRow | null> {
  const locked = await db.select().from(apiKeys).where(liveKeyOf(vault)).for('no key update', { skipLocked: true })
  return locked[0] ?? null
}

/** The same, but waits while another transaction has it. */
export async function awaitLiveKey(db: Db, vault: VaultRef): Promise<KeyRow | null> {
  const locked = await db.select().from(apiKeys).where(liveKeyOf(vault)).for('no key update')
  return locked[0] ?? null
}

export async function findKey(db: Db, id: string): Promise<KeyRow | null> {
  const found = await db.select().from(apiKeys).where(eq(apiKeys.id, id))
  return found[0] ?? null
}

/** Keys that LiteLLM was asked to make, deleted ones too, in the order of their ids. */
export async function listMadeKeys(
  db: Db,
  deploymentId: string,
  { after, limit }: { after: string; limit: number },
): Promise<KeyRow[]> {
  return db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.deploymentId, deploymentId), isNotNull(apiKeys.keyHash), gt(apiKeys.id, after)))
    .orderBy(apiKeys.id)
    .limit(limit)
}

/** Takes a key for this transaction, waiting while another one has it. */
export async function awaitKey(db: Db, deploymentId: string, id: string): Promise<KeyRow | null> {
  const wanted = and(eq(apiKeys.deploymentId, deploymentId), eq(apiKeys.id, id))
  const locked = await db.select().from(apiKeys).where(wanted).for('no key update')
  return locked[0] ?? null
}

/** Writes down that a key is wanted, unless the vault has a live one already. */
export async function insertPending(
  db: Db,
  row: VaultRef & Pick<KeyRow, 'id' | 'alias' | 'createdBy' | 'createdAt' | 'budgetUsd'>,
): Promise<void> {
  await db
    .insert(apiKeys)
    .values({ ...row, status: 'pending', updatedAt: row.createdAt })
    .onConflictDoNothing({
      target: [apiKeys.deploymentId, apiKeys.vaultId],
      where: sql`status <> 'deleted'`,
    })
}

export async function updateKey(
  db: Db,
  id: string,
  set: Partial<Pick<KeyRow, 'keyHash' | 'masked' | 'status' | 'shownAt' | 'revision' | 'budgetUsd'>> & {
    updatedAt: Date
  },
): Promise<void> {
  await db.update(apiKeys).set(set).where(eq(apiKeys.id, id))
}

const theBlock = ({ keyId, reason, detail }: Omit<BlockRow, 'since'>) =>
  and(eq(keyBlocks.keyId, keyId), eq(keyBlocks.reason, reason), eq(keyBlocks.detail, detail))

/** False when it stood before. */
export async function insertBlock(db: Db, row: BlockRow): Promise<boolean> {
  const inserted = await db.insert(keyBlocks).values(row).onConflictDoNothing().returning({ keyId: keyBlocks.keyId })
  return inserted.length > 0
}

/** False when there was none. */
export async function deleteBlock(db: Db, block: Omit<BlockRow, 'since'>): Promise<boolean> {
  const deleted = await db.delete(keyBlocks).where(theBlock(block)).returning({ keyId: keyBlocks.keyId })
  return deleted.length > 0
}

export async function countBlocks(db: Db, keyId: string): Promise<number> {
  const counted = await db.select({ blocks: count() }).from(keyBlocks).where(eq(keyBlocks.keyId, keyId))
  return counted[0]?.blocks ?? 0
}

/** What stands in the way of each key, oldest first. */
export async function findBlocks(db: Db, keyIds: readonly string[]): Promise<BlockRow[]> {
  if (keyIds.length === 0) return []
  return db.select().from(keyBlocks).where(inArray(keyBlocks.keyId, keyIds)).orderBy(asc(keyBlocks.since))
}
