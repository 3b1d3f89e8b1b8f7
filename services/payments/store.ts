import { and, asc, desc, eq, ne, sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { paymentMethods, paymentReturns, purchases, stripeEvents } from '#services/platform/db/schema/index.ts'

export type PurchaseRow = typeof purchases.$inferSelect
export type StripeEventRow = typeof stripeEvents.$inferSelect
export type ReturnRow = typeof paymentReturns.$inferSelect
export type MethodRow = typeof paymentMethods.$inferSelect

export async function insertPurchase(db: Db, row: typeof purchases.$inferInsert): Promise<void> {
  await db
    .insert(purchases)
    .values(row)
    .onConflictDoNothing({ target: [purchases.accountId, purchases.requestKey] })
}

export async function findPurchase(db: Db, by: { accountId: string; requestKey: string }): Promise<PurchaseRow | null> {
  const [row] = await db
    .select()
    .from(purchases)
    .where(and(eq(purchases.accountId, by.accountId), eq(purchases.requestKey, by.requestKey)))
  return row ?? null
}

/** The purchase, locked until the transaction ends. */
export async function lockPurchase(db: Db, id: string): Promise<PurchaseRow | null> {
  const [row] = await db.select().from(purchases).where(eq(purchases.id, id)).for('update')
  return row ?? null
}

/** The purchase that a payment is for, locked: events of one payment take turns. */
export async function lockPurchaseOfPayment(db: Db, paymentIntentId: string): Promise<PurchaseRow | null> {
  const [row] = await db.select().from(purchases).where(eq(purchases.paymentIntentId, paymentIntentId)).for('update')
  return row ?? null
}

/** Events of one payment take turns, also before its purchase is known. */
export async function lockPayment(db: Db, paymentIntentId: string): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${paymentIntentId}, 0))`)
}

export async function updatePurchase(
  db: Db,
  id: string,
  set: Partial<Pick<PurchaseRow, 'status' | 'paymentIntentId'>> & { updatedAt: Date },
): Promise<void> {
  await db.update(purchases).set(set).where(eq(purchases.id, id))
}

/**
 * Notes what Stripe calls a purchase, where that isn't known: returns and disputes are found by these ids, so the first
 * stay. Null: it is paid.
 */
export async function noteStarted(
  db: Db,
  id: string,
  { sessionId, paymentIntentId, updatedAt }: Pick<PurchaseRow, 'sessionId' | 'paymentIntentId' | 'updatedAt'>,
): Promise<PurchaseRow | null> {
  const [row] = await db
    .update(purchases)
    .set({
      sessionId: sql`coalesce(${purchases.sessionId}, ${sessionId})`,
      paymentIntentId: sql`coalesce(${purchases.paymentIntentId}, ${paymentIntentId})`,
      updatedAt,
    })
    .where(and(eq(purchases.id, id), ne(purchases.status, 'paid')))
    .returning()
  return row ?? null
}

export async function findPurchaseById(db: Db, id: string): Promise<PurchaseRow | null> {
  const [row] = await db.select().from(purchases).where(eq(purchases.id, id))
  return row ?? null
}

export async function findOwnPurchase(db: Db, accountId: string, id: string): Promise<PurchaseRow | null> {
  const [row] = await db
    .select()
    .from(purchases)
    .where(and(eq(purchases.id, id), eq(purchases.accountId, accountId)))
  return row ?? null
}

/** The account's newest purchase by standing order, or null. */
export async function findLastRefill(db: Db, accountId: string): Promise<PurchaseRow | null> {
  const [row] = await db
    .select()
    .from(purchases)
    .where(and(eq(purchases.accountId, accountId), eq(purchases.method, 'refill')))
    .orderBy(desc(purchases.createdAt))
    .limit(1)
  return row ?? null
}

/** Ends refills of an account that are still only intended. */
export async function failIntendedRefills(db: Db, accountId: string, updatedAt: Date): Promise<void> {
  const { method, status } = purchases
  await db
    .update(purchases)
    .set({ status: 'failed', updatedAt })
    .where(and(eq(purchases.accountId, accountId), eq(method, 'refill'), eq(status, 'created')))
}

/** Notes of a purchase that is still only intended; an event of Stripe's may have been faster. */
export async function updateIntended(
  db: Db,
  id: string,
  set: Pick<PurchaseRow, 'status' | 'paymentIntentId' | 'updatedAt'>,
): Promise<boolean> {
  const written = await db
    .update(purchases)
    .set(set)
    .where(and(eq(purchases.id, id), eq(purchases.status, 'created')))
    .returning({ id: purchases.id })
  return written.length > 0
}

export async function findMethod(db: Db, accountId: string): Promise<MethodRow | null> {
  const [row] = await db.select().from(paymentMethods).where(eq(paymentMethods.accountId, accountId))
  return row ?? null
}

export async function insertCustomer(db: Db, row: Omit<MethodRow, 'paymentMethodId'>): Promise<void> {
  await db.insert(paymentMethods).values(row).onConflictDoNothing({ target: paymentMethods.accountId })
}

/** Keeps the method that a payment left behind, if it is of the account's own customer. */
export async function keepMethod(
  db: Db,
  accountId: string,
  { customerId, ...set }: Omit<MethodRow, 'accountId'>,
): Promise<void> {
  await db
    .update(paymentMethods)
    .set(set)
    .where(and(eq(paymentMethods.accountId, accountId), eq(paymentMethods.customerId, customerId)))
}

/** Writes an event down. False if it was told before. */
export async function insertEvent(db: Db, row: StripeEventRow): Promise<boolean> {
  const written = await db
    .insert(stripeEvents)
    .values(row)
    .onConflictDoNothing({ target: stripeEvents.id })
    .returning({ id: stripeEvents.id })
  return written.length > 0
}

export async function updateEvent(
  db: Db,
  id: string,
  set: Pick<StripeEventRow, 'outcome' | 'reason' | 'paymentIntentId'>,
): Promise<void> {
  await db.update(stripeEvents).set(set).where(eq(stripeEvents.id, id))
}

export const listUnmatchedEvents = (db: Db, paymentIntentId: string): Promise<StripeEventRow[]> =>
  db
    .select()
    .from(stripeEvents)
    .where(and(eq(stripeEvents.paymentIntentId, paymentIntentId), eq(stripeEvents.outcome, 'unmatched')))
    .orderBy(asc(stripeEvents.receivedAt), asc(stripeEvents.id))
    .for('update')

export async function findReturn(db: Db, id: string): Promise<ReturnRow | null> {
  const [row] = await db.select().from(paymentReturns).where(eq(paymentReturns.id, id))
  return row ?? null
}

export async function saveReturn(db: Db, row: ReturnRow): Promise<void> {
  const { state, updatedAt } = row
  await db
    .insert(paymentReturns)
    .values(row)
    .onConflictDoUpdate({ target: paymentReturns.id, set: { state, updatedAt } })
}
