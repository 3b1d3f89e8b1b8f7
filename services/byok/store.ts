import { and, asc, count, eq, isNull, lte, ne, or, sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { providerKeys } from '#services/platform/db/schema/index.ts'

export type ProviderKeyRow = typeof providerKeys.$inferSelect

export interface KeyPlace {
  readonly accountId: string
  readonly provider: string
}

const at = ({ accountId, provider }: KeyPlace) =>
  and(eq(providerKeys.accountId, accountId), eq(providerKeys.provider, provider))

/** Writes a key in the place of an earlier one. */
export async function upsertKey(db: Db, row: ProviderKeyRow): Promise<void> {
  const { accountId: _a, provider: _p, createdAt: _c, ...set } = row
  await db
    .insert(providerKeys)
    .values(row)
    .onConflictDoUpdate({ target: [providerKeys.accountId, providerKeys.provider], set })
}

export const listKeys = (db: Db, accountId: string): Promise<ProviderKeyRow[]> =>
  db.select().from(providerKeys).where(eq(providerKeys.accountId, accountId)).orderBy(asc(providerKeys.provider))

export async function findKey(db: Db, place: KeyPlace): Promise<ProviderKeyRow | null> {
  const [row] = await db.select().from(providerKeys).where(at(place))
  return row ?? null
}

/** The key as it is then; null when there is none. */
export async function setEnabled(
  db: Db,
  place: KeyPlace,
  set: Pick<ProviderKeyRow, 'enabled' | 'updatedAt'>,
): Promise<ProviderKeyRow | null> {
  const [row] = await db.update(providerKeys).set(set).where(at(place)).returning()
  return row ?? null
}

/** Takes the right to test a key. False: somebody took it since then, or there is no key. */
export async function claimTest(
  db: Db,
  place: KeyPlace,
  { at: now, since }: { at: Date; since: Date },
): Promise<boolean> {
  const isFree = or(isNull(providerKeys.testedAt), lte(providerKeys.testedAt, since))
  const rows = await db
    .update(providerKeys)
    .set({ testedAt: now })
    .where(and(at(place), isFree))
    .returning({ provider: providerKeys.provider })
  return rows.length > 0
}

export async function removeKey(db: Db, place: KeyPlace): Promise<void> {
  await db.delete(providerKeys).where(at(place))
}

const isStale = (masterKey: string) => ne(providerKeys.masterKey, masterKey)

/** Keys that an older master key wrapped, in order, locked against others that re-wrap at the same time. */
export const lockStaleKeys = (
  db: Db,
  { masterKey, after, limit }: { masterKey: string; after: KeyPlace | null; limit: number },
): Promise<ProviderKeyRow[]> =>
  db
    .select()
    .from(providerKeys)
    .where(
      and(
        isStale(masterKey),
        after
          ? sql`(${providerKeys.accountId}, ${providerKeys.provider}) > (${after.accountId}, ${after.provider})`
          : undefined,
      ),
    )
    .orderBy(asc(providerKeys.accountId), asc(providerKeys.provider))
    .limit(limit)
    .for('update', { skipLocked: true })

export async function countStaleKeys(db: Db, masterKey: string): Promise<number> {
  const [row] = await db.select({ stale: count() }).from(providerKeys).where(isStale(masterKey))
  return row?.stale ?? 0
}

export async function setWrappings(
  db: Db,
  rows: readonly Pick<ProviderKeyRow, 'accountId' | 'provider' | 'masterKey' | 'wrapped'>[],
): Promise<void> {
  if (rows.length === 0) return
  await db.execute(sql`
    update provider_keys set master_key = given."masterKey", wrapped = given.wrapped
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as given ("accountId" text, provider text, "masterKey" text, wrapped text)
    where provider_keys.account_id = given."accountId" and provider_keys.provider = given.provider`)
}
