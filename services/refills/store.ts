import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { autoRefills, creditAccounts } from '#services/platform/db/schema/index.ts'

export type RefillRow = typeof autoRefills.$inferSelect

export async function findRefill(db: Db, accountId: string): Promise<RefillRow | null> {
  const [row] = await db.select().from(autoRefills).where(eq(autoRefills.accountId, accountId))
  return row ?? null
}

export async function saveRefill(db: Db, row: RefillRow): Promise<void> {
  const { accountId: _, ...set } = row
  await db.insert(autoRefills).values(row).onConflictDoUpdate({ target: autoRefills.accountId, set })
}

export async function deleteRefill(db: Db, accountId: string): Promise<void> {
  await db.delete(autoRefills).where(eq(autoRefills.accountId, accountId))
}

/** Pauses an order, unless its holder set it up anew since. Whether this did it. */
export async function pauseOrder(
  db: Db,
  accountId: string,
  { reason, since, now }: { reason: string; since: Date; now: Date },
): Promise<boolean> {
  const paused = await db
    .update(autoRefills)
    .set({ status: 'paused', reason, updatedAt: now })
    .where(
      and(
        eq(autoRefills.accountId, accountId),
        eq(autoRefills.status, 'active'),
        sql`${autoRefills.updatedAt} <= ${since.toISOString()}`,
      ),
    )
    .returning({ accountId: autoRefills.accountId })
  return paused.length > 0
}

/** Accounts whose balance is below what they ordered a refill at. */
export async function listLow(db: Db, limit: number): Promise<string[]> {
  const low = await db.execute<{ account_id: string }>(sql`
    select account_id from auto_refills r
    join credit_accounts a on a.id = r.account_id
    where r.status = 'active' and a.status = 'open' and a.balance - a.held < r.threshold
    order by random() limit ${limit}`)
  return low.rows.map((row) => row.account_id)
}

/** The order of an account that is still low, locked until the transaction ends; null if another worker has it. */
export async function lockLow(db: Db, accountId: string): Promise<RefillRow | null> {
  // The account before its order, as whoever changes both does: a purchase needs the account's lock too.
  const account = db.select({ id: creditAccounts.id }).from(creditAccounts).where(eq(creditAccounts.id, accountId))
  await account.for('key share')
  const [row] = await db
    .select()
    .from(autoRefills)
    .where(
      and(
        eq(autoRefills.accountId, accountId),
        eq(autoRefills.status, 'active'),
        sql`exists (select 1 from credit_accounts a where a.id = ${autoRefills.accountId} and a.status = 'open'
          and a.balance - a.held < ${autoRefills.threshold})`,
      ),
    )
    .for('update', { skipLocked: true })
  return row ?? null
}
