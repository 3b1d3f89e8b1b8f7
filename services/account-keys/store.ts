import { and, count, desc, eq, isNull, lt, or, sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { accountKeys, creditAccounts } from '#services/platform/db/schema/index.ts'

export type AccountKeyRow = typeof accountKeys.$inferSelect

/** Requests that make keys of one account take turns until the transaction ends. */
export async function lockKeysOf(db: Db, accountId: string): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock(hashtextextended('account-keys', hashtext(${accountId})))`)
}

export async function countKeys(db: Db, accountId: string): Promise<number> {
  const [row] = await db
    .select({ keys: count() })
    .from(accountKeys)
    .where(and(eq(accountKeys.accountId, accountId), isNull(accountKeys.revokedAt)))
  return row?.keys ?? 0
}

export async function insertKey(db: Db, row: typeof accountKeys.$inferInsert): Promise<void> {
  await db.insert(accountKeys).values(row)
}

export async function findKeyOfRequest(db: Db, accountId: string, requestKey: string): Promise<AccountKeyRow | null> {
  const [row] = await db
    .select()
    .from(accountKeys)
    .where(and(eq(accountKeys.accountId, accountId), eq(accountKeys.requestKey, requestKey)))
  return row ?? null
}

/** The account's key, revoked or not; another account's is as if it didn't exist. */
export async function findOwnKey(db: Db, accountId: string, id: string): Promise<AccountKeyRow | null> {
  const [row] = await db
    .select()
    .from(accountKeys)
    .where(and(eq(accountKeys.id, id), eq(accountKeys.accountId, accountId)))
  return row ?? null
}

/** Keys by their ids, revoked or not. */
export const findKeys = async (db: Db, ids: readonly string[]): Promise<AccountKeyRow[]> =>
  ids.length === 0
    ? []
    : db
        .select()
        .from(accountKeys)
        .where(sql`${accountKeys.id} = any(${sql.param([...ids])}::text[])`)

export const listKeys = (db: Db, accountId: string): Promise<AccountKeyRow[]> =>
  db
    .select()
    .from(accountKeys)
    .where(and(eq(accountKeys.accountId, accountId), isNull(accountKeys.revokedAt)))
    .orderBy(desc(accountKeys.createdAt), desc(accountKeys.id))

/** Changes a key that is not revoked; null if there is none. */
export async function updateOwnKey(
  db: Db,
  accountId: string,
  id: string,
  set: Partial<Pick<AccountKeyRow, 'name' | 'power' | 'models'>>,
): Promise<AccountKeyRow | null> {
  const [row] = await db
    .update(accountKeys)
    .set(set)
    .where(and(eq(accountKeys.id, id), eq(accountKeys.accountId, accountId), isNull(accountKeys.revokedAt)))
    .returning()
  return row ?? null
}

export async function markKeyRevoked(db: Db, accountId: string, id: string, now: Date): Promise<void> {
  await db
    .update(accountKeys)
    .set({ revokedAt: now })
    .where(and(eq(accountKeys.id, id), eq(accountKeys.accountId, accountId), isNull(accountKeys.revokedAt)))
}

/** A living key by its secret's hash, with the account that it belongs to. */
export async function findLivingKey(db: Db, keyHash: string) {
  const [row] = await db
    .select({ key: accountKeys, account: creditAccounts })
    .from(accountKeys)
    .innerJoin(creditAccounts, eq(creditAccounts.id, accountKeys.accountId))
    .where(and(eq(accountKeys.keyHash, keyHash), isNull(accountKeys.revokedAt)))
  return row ?? null
}

export async function markKeyUsed(db: Db, id: string, now: Date, unlessSince: Date): Promise<void> {
  await db
    .update(accountKeys)
    .set({ lastUsedAt: now })
    .where(and(eq(accountKeys.id, id), or(isNull(accountKeys.lastUsedAt), lt(accountKeys.lastUsedAt, unlessSince))))
}
