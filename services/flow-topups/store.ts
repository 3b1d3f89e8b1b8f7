import { and, asc, desc, eq, inArray, isNull, ne, or, sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { creditAccounts, flowTopupCursors, flowTopups } from '#services/platform/db/schema/index.ts'

export type TopupRow = typeof flowTopups.$inferSelect
export type NewTopup = typeof flowTopups.$inferInsert

interface Watched {
  readonly deploymentId: string
  readonly treasury: string
}

/** The last block that was looked at; null: none was. */
export async function readCursor(db: Db, { deploymentId, treasury }: Watched): Promise<number | null> {
  const [row] = await db
    .select()
    .from(flowTopupCursors)
    .where(and(eq(flowTopupCursors.deploymentId, deploymentId), eq(flowTopupCursors.treasury, treasury)))
  return row?.height ?? null
}

/** Moves the cursor on; one that another process moved further stays. */
export async function advanceCursor(db: Db, watched: Watched, height: number): Promise<void> {
  await db
    .insert(flowTopupCursors)
    .values({ ...watched, height })
    .onConflictDoUpdate({
      target: [flowTopupCursors.deploymentId, flowTopupCursors.treasury],
      set: { height: sql`greatest(${flowTopupCursors.height}, excluded.height)` },
    })
}

/**
 * Writes down what arrived; what is known already stays as it is. Contracts that were deployed anew read the last
 * blocks again: what waited under the ones before waits under these. The number of new ones.
 */
export async function insertTopups(db: Db, rows: readonly NewTopup[]): Promise<number> {
  const [first] = rows
  if (!first) return 0
  const transactions = inArray(
    flowTopups.txId,
    rows.map(({ txId }) => txId),
  )
  const { deploymentId } = first
  await db
    .update(flowTopups)
    .set({ deploymentId, id: sql`${deploymentId} || ':' || tx_id || ':' || event_index` })
    .where(and(transactions, ne(flowTopups.deploymentId, deploymentId), inArray(flowTopups.state, OPEN)))
  const known = new Set((await db.select().from(flowTopups).where(transactions)).map(arrivalOf))
  const unknown = rows.filter((row) => !known.has(arrivalOf(row)))
  if (unknown.length === 0) return 0
  const written = await db.insert(flowTopups).values(unknown).onConflictDoNothing().returning({ id: flowTopups.id })
  return written.length
}

/** On nobody's account yet. */
const OPEN = ['waiting', 'priced'] as const

const arrivalOf = ({ txId, eventIndex }: NewTopup): string => `${txId}:${eventIndex}`

export const listUnpriced = (db: Db, deploymentId: string, limit: number): Promise<TopupRow[]> =>
  db
    .select()
    .from(flowTopups)
    .where(and(eq(flowTopups.deploymentId, deploymentId), eq(flowTopups.state, 'waiting')))
    .orderBy(asc(flowTopups.blockHeight), asc(flowTopups.id))
    .limit(limit)

/** Gives a top-up its price, unless it has one. */
export async function priceTopup(
  db: Db,
  id: string,
  set: { state: 'priced' | 'too_small'; usd: bigint; usdPerFlow: bigint },
): Promise<void> {
  await db
    .update(flowTopups)
    .set(set)
    .where(and(eq(flowTopups.id, id), eq(flowTopups.state, 'waiting')))
}

const isOfAccount = eq(creditAccounts.subject, sql`'flow:' || ${flowTopups.fromAddress}`)

/** Top-ups that have a price, and whose sender has an account by now. */
export const listPayable = (
  db: Db,
  deploymentId: string,
  limit: number,
): Promise<{ id: string; accountId: string }[]> =>
  db
    .select({ id: flowTopups.id, accountId: creditAccounts.id })
    .from(flowTopups)
    .innerJoin(creditAccounts, isOfAccount)
    .where(and(eq(flowTopups.deploymentId, deploymentId), eq(flowTopups.state, 'priced')))
    .orderBy(asc(flowTopups.blockHeight), asc(flowTopups.id))
    .limit(limit)

/** Top-ups that are on nobody's account: no rate yet, no account of the sender, or no sender that is known. */
export const listUnclaimed = (db: Db, deploymentId: string, limit: number): Promise<TopupRow[]> =>
  db
    .select({ topup: flowTopups })
    .from(flowTopups)
    .leftJoin(creditAccounts, isOfAccount)
    .where(
      and(
        eq(flowTopups.deploymentId, deploymentId),
        inArray(flowTopups.state, OPEN),
        or(eq(flowTopups.state, 'waiting'), isNull(creditAccounts.id)),
      ),
    )
    .orderBy(desc(flowTopups.blockHeight), desc(flowTopups.eventIndex))
    .limit(limit)
    .then((rows) => rows.map(({ topup }) => topup))

/** A place in the list of arrivals: everything after it is older. */
export interface TopupPlace {
  readonly blockHeight: number
  readonly id: string
}

/** Top-ups that aren't credited, of senders who have no account or aren't known, newest first. */
export const listOfNobody = (
  db: Db,
  deploymentId: string,
  { after, limit }: { after: TopupPlace | null; limit: number },
): Promise<TopupRow[]> =>
  db
    .select({ topup: flowTopups })
    .from(flowTopups)
    .leftJoin(creditAccounts, isOfAccount)
    .where(
      and(
        eq(flowTopups.deploymentId, deploymentId),
        inArray(flowTopups.state, OPEN),
        isNull(creditAccounts.id),
        after ? sql`(${flowTopups.blockHeight}, ${flowTopups.id}) < (${after.blockHeight}, ${after.id})` : undefined,
      ),
    )
    .orderBy(desc(flowTopups.blockHeight), desc(flowTopups.id))
    .limit(limit)
    .then((rows) => rows.map(({ topup }) => topup))

/** The account of a top-up's sender. */
export async function findSenderAccount(db: Db, id: string): Promise<string | null> {
  const [row] = await db
    .select({ id: creditAccounts.id })
    .from(flowTopups)
    .innerJoin(creditAccounts, isOfAccount)
    .where(eq(flowTopups.id, id))
  return row?.id ?? null
}

/** The top-up, locked until the transaction ends. */
export async function lockTopup(db: Db, id: string): Promise<TopupRow | null> {
  const [row] = await db.select().from(flowTopups).where(eq(flowTopups.id, id)).for('update')
  return row ?? null
}

export async function markCredited(db: Db, id: string, set: { accountId: string; creditedAt: Date }): Promise<void> {
  await db
    .update(flowTopups)
    .set({ ...set, state: 'credited' })
    .where(eq(flowTopups.id, id))
}

/** An account's top-ups, credited or on their way, newest first. */
export const listOfAccount = (db: Db, accountId: string, limit: number): Promise<TopupRow[]> =>
  db
    .select({ topup: flowTopups })
    .from(flowTopups)
    .leftJoin(creditAccounts, isOfAccount)
    .where(or(eq(flowTopups.accountId, accountId), and(isNull(flowTopups.accountId), eq(creditAccounts.id, accountId))))
    .orderBy(desc(flowTopups.blockHeight), desc(flowTopups.eventIndex))
    .limit(limit)
    .then((rows) => rows.map(({ topup }) => topup))
