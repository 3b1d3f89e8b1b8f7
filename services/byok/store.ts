import { and, asc, eq, ne } from 'drizzle-orm'
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

export async function setEnabled(db: Db, place: KeyPlace, enabled: boolean, updatedAt: Date): Promise<boolean> {
  const set = { enabled, updatedAt }
  const rows = await db.update(providerKeys).set(set).where(at(place)).returning({ provider: providerKeys.provider })
  return rows.length > 0
}

export async function removeKey(db: Db, place: KeyPlace): Promise<void> {
  await db.delete(providerKeys).where(at(place))
}

/** Keys that an older master key wrapped, locked against others that re-wrap at the same time. */
export const lockStaleKeys = (db: Db, masterKey: string, limit: number): Promise<ProviderKeyRow[]> =>
  db
    .select()
    .from(providerKeys)
    .where(ne(providerKeys.masterKey, masterKey))
    .limit(limit)
    .for('update', { skipLocked: true })

export async function setWrapping(
  db: Db,
  place: KeyPlace,
  set: Pick<ProviderKeyRow, 'masterKey' | 'wrapped'>,
): Promise<void> {
  await db.update(providerKeys).set(set).where(at(place))
}
