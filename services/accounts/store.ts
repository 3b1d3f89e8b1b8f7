import { and, count, eq, lt, sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { welcomeGrants } from '#services/platform/db/schema/index.ts'

export type WelcomeRow = typeof welcomeGrants.$inferSelect

/** Welcomes take turns until the transaction ends: what a day and an address were given is counted under it. */
export async function lockWelcomes(db: Db): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock(hashtextextended('welcome-grants', 0))`)
}

export async function findWelcome(db: Db, accountId: string): Promise<WelcomeRow | null> {
  const [row] = await db.select().from(welcomeGrants).where(eq(welcomeGrants.accountId, accountId))
  return row ?? null
}

export async function insertWelcome(db: Db, row: WelcomeRow): Promise<void> {
  await db.insert(welcomeGrants).values(row)
}

/** What was given on a day, in 1e-8 USD. */
export async function sumGiven(db: Db, day: string): Promise<bigint> {
  const [row] = await db
    .select({ given: sql<string>`coalesce(sum(${welcomeGrants.amount}), 0)` })
    .from(welcomeGrants)
    .where(eq(welcomeGrants.day, day))
  return BigInt(row?.given ?? 0)
}

/** How many were given to a network address on a day. */
export async function countGiven(db: Db, day: string, addressHash: string): Promise<number> {
  const [row] = await db
    .select({ given: count() })
    .from(welcomeGrants)
    .where(
      and(eq(welcomeGrants.day, day), eq(welcomeGrants.addressHash, addressHash), eq(welcomeGrants.outcome, 'given')),
    )
  return row?.given ?? 0
}

export async function isEmailWelcomed(db: Db, emailHash: string): Promise<boolean> {
  const found = await db
    .select({ id: welcomeGrants.accountId })
    .from(welcomeGrants)
    .where(eq(welcomeGrants.emailHash, emailHash))
  return found.length > 0
}

/** Forgets from where accounts of earlier days were opened: the hash is only compared within its day. */
export async function forgetAddresses(db: Db, before: string): Promise<void> {
  await db
    .update(welcomeGrants)
    .set({ addressHash: '' })
    .where(and(lt(welcomeGrants.day, before), sql`${welcomeGrants.addressHash} <> ''`))
}
