import { and, eq, inArray, isNull, or, sql } from 'drizzle-orm'
import { creditAccount, creditsOf, vaultAccount, vaultOf } from '#lib/metering/payer.ts'
import type { Db } from '#services/platform/db/client.ts'
import { accountKeys, apiKeys, limits } from '#services/platform/db/schema/index.ts'

export type LimitRow = typeof limits.$inferSelect

/** One who changes or checks the limits of an account at a time, until the transaction ends. */
export async function lockAccount(db: Db, deploymentId: string, account: string | null): Promise<void> {
  const name = `limits/${deploymentId}/${account ?? ''}`
  await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`)
}

const ofAccount = (deploymentId: string, account: string | null) =>
  and(eq(limits.deploymentId, deploymentId), account === null ? isNull(limits.account) : eq(limits.account, account))

/** Also a removed one; ids are never used again. */
export async function findLimit(db: Db, deploymentId: string, id: string): Promise<LimitRow | null> {
  const [row] = await db
    .select()
    .from(limits)
    .where(and(eq(limits.deploymentId, deploymentId), eq(limits.id, id)))
  return row ?? null
}

/** The standing limits of accounts, oldest first; `null` among them: those over all accounts. */
export async function listStanding(
  db: Db,
  deploymentId: string,
  accounts: readonly (string | null)[],
): Promise<LimitRow[]> {
  if (accounts.length === 0) return []
  const named = accounts.filter((account) => account !== null)
  const chosen = or(
    named.length > 0 ? inArray(limits.account, named) : undefined,
    accounts.includes(null) ? isNull(limits.account) : undefined,
  )
  return db
    .select()
    .from(limits)
    .where(and(eq(limits.deploymentId, deploymentId), isNull(limits.removedAt), chosen))
    .orderBy(limits.createdAt, limits.id)
}

/** Every standing limit of the installation, oldest first. */
export const listAllStanding = (db: Db, deploymentId: string, most: number): Promise<LimitRow[]> =>
  db
    .select()
    .from(limits)
    .where(and(eq(limits.deploymentId, deploymentId), isNull(limits.removedAt)))
    .orderBy(limits.createdAt, limits.id)
    .limit(most)

export const countStanding = (db: Db, deploymentId: string, account: string | null): Promise<number> =>
  db.$count(limits, and(ofAccount(deploymentId, account), isNull(limits.removedAt)))

/** Null when the id is taken, or another limit says the same. */
export async function insertLimit(db: Db, row: typeof limits.$inferInsert): Promise<LimitRow | null> {
  const [made] = await db.insert(limits).values(row).onConflictDoNothing().returning()
  return made ?? null
}

export async function updateLimit(
  db: Db,
  id: string,
  change: Partial<Pick<LimitRow, 'amount' | 'kind' | 'armings' | 'removedAt'>> & { updatedAt: Date },
): Promise<LimitRow | null> {
  const [row] = await db
    .update(limits)
    .set({ ...change, revision: sql`${limits.revision} + 1` })
    .where(and(eq(limits.id, id), isNull(limits.removedAt)))
    .returning()
  return row ?? null
}

export interface LimitedKey {
  readonly id: string
  readonly account: string
  readonly keyHash: string | null
  readonly masked: string | null
  readonly isLive: boolean
}

const keyFields = {
  id: apiKeys.id,
  vaultId: apiKeys.vaultId,
  keyHash: apiKeys.keyHash,
  masked: apiKeys.masked,
  status: apiKeys.status,
}

/** A credit account's keys are the gateway's own: usage is metered under none of them. */
const accountKeyFields = {
  id: accountKeys.id,
  accountId: accountKeys.accountId,
  masked: accountKeys.masked,
  name: accountKeys.name,
  revokedAt: accountKeys.revokedAt,
}

const toAccountKey = (row: Pick<typeof accountKeys.$inferSelect, keyof typeof accountKeyFields>): LimitedKey => ({
  id: row.id,
  account: creditAccount(row.accountId),
  keyHash: null,
  masked: `${row.name} (${row.masked})`,
  isLive: row.revokedAt === null,
})

const toLimitedKey = (row: Pick<typeof apiKeys.$inferSelect, keyof typeof keyFields>): LimitedKey => ({
  id: row.id,
  account: vaultAccount(row.vaultId),
  keyHash: row.keyHash,
  masked: row.masked,
  isLive: row.status !== 'deleted',
})

export async function findKeys(db: Db, deploymentId: string, ids: readonly string[]): Promise<LimitedKey[]> {
  if (ids.length === 0) return []
  const rows = await db
    .select(keyFields)
    .from(apiKeys)
    .where(and(eq(apiKeys.deploymentId, deploymentId), inArray(apiKeys.id, [...ids])))
  const ofCredits = await db
    .select(accountKeyFields)
    .from(accountKeys)
    .where(inArray(accountKeys.id, [...ids]))
  return [...rows.map(toLimitedKey), ...ofCredits.map(toAccountKey)]
}

/** The keys of an account, also those that are no more. */
export async function listKeysOf(db: Db, deploymentId: string, account: string): Promise<LimitedKey[]> {
  const vaultId = vaultOf(account)
  if (vaultId === null) {
    const ofCredits = db.select(accountKeyFields).from(accountKeys)
    const rows = await ofCredits
      .where(eq(accountKeys.accountId, creditsOf(account) ?? ''))
      .orderBy(accountKeys.createdAt)
    return rows.map(toAccountKey)
  }
  const rows = await db
    .select(keyFields)
    .from(apiKeys)
    .where(and(eq(apiKeys.deploymentId, deploymentId), eq(apiKeys.vaultId, vaultId)))
  return rows.map(toLimitedKey)
}
