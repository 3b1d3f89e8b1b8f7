import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { creditHolds, eventIdentities, usageReviews } from '#services/platform/db/schema/index.ts'

type ReviewRow = typeof usageReviews.$inferSelect

/** Once a hold: what was reported first stands. */
export async function openReview(db: Db, row: Omit<typeof usageReviews.$inferInsert, 'state'>): Promise<void> {
  await db
    .insert(usageReviews)
    .values({ ...row, state: 'open' })
    .onConflictDoNothing()
}

/** Those of some holds that wait for somebody's decision. */
export async function listOpenReviews(db: Db, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db
    .select({ id: usageReviews.id })
    .from(usageReviews)
    .where(and(inArray(usageReviews.id, [...ids]), eq(usageReviews.state, 'open')))
  return new Set(rows.map(({ id }) => id))
}

const ofHold = { id: creditHolds.id, facts: creditHolds.facts, endedAt: creditHolds.endedAt }

/** Where a list of ended holds goes on: those that ended together have one time. */
export interface HoldCursor {
  readonly endedAt: Date
  readonly id: string
}
const isAfter = ({ endedAt, id }: HoldCursor) =>
  sql`(${creditHolds.endedAt}, ${creditHolds.id}) > (${endedAt.toISOString()}, ${id})`
const byEnd = [asc(creditHolds.endedAt), asc(creditHolds.id)]

/** Posted holds of a span whose request no road has told of, oldest first. What we counted ourselves is no event. */
export const listUnmeteredHolds = (db: Db, { after, to, limit }: { after: HoldCursor; to: Date; limit: number }) =>
  db
    .select(ofHold)
    .from(creditHolds)
    .where(
      and(
        eq(creditHolds.state, 'posted'),
        isAfter(after),
        lte(creditHolds.endedAt, to),
        sql`${creditHolds.facts}->>'usageSource' = 'provider'`,
        sql`not exists (select 1 from ${eventIdentities} where ${eventIdentities.id} = ${creditHolds.id})`,
      ),
    )
    .orderBy(...byEnd)
    .limit(limit)

/** Holds that were posted by our own count, whose true usage is known to be less, and that weren't corrected. */
export const listCountedHolds = (db: Db, after: HoldCursor, limit: number) =>
  db
    .select(ofHold)
    .from(creditHolds)
    .innerJoin(eventIdentities, eq(eventIdentities.id, creditHolds.id))
    .where(
      and(
        eq(creditHolds.state, 'posted'),
        isAfter(after),
        sql`${creditHolds.facts}->>'usageSource' in ('gateway-count', 'estimate')`,
        sql`${eventIdentities.billableTokens} < (${creditHolds.facts}->>'tokens')::numeric`,
        sql`not exists (select 1 from ledger_transfers where id = 'correction:' || ${creditHolds.id})`,
      ),
    )
    .orderBy(...byEnd)
    .limit(limit)

const ofReview = {
  id: usageReviews.id,
  accountId: usageReviews.accountId,
  requestId: usageReviews.requestId,
  reason: usageReviews.reason,
  reported: usageReviews.reported,
  state: usageReviews.state,
  createdAt: usageReviews.createdAt,
  held: creditHolds.amount,
  facts: creditHolds.facts,
}

const reviewsWithHolds = (db: Db) =>
  db.select(ofReview).from(usageReviews).innerJoin(creditHolds, eq(creditHolds.id, usageReviews.id))

/** A review with what is held for its request. */
export type OpenReview = Awaited<ReturnType<typeof reviewsWithHolds>>[number]

/** Those that nobody has decided yet, oldest first. */
export const listReviews = (db: Db, limit: number): Promise<OpenReview[]> =>
  reviewsWithHolds(db).where(eq(usageReviews.state, 'open')).orderBy(asc(usageReviews.createdAt)).limit(limit)

export async function findReview(db: Db, id: string): Promise<OpenReview | null> {
  const [row] = await reviewsWithHolds(db).where(eq(usageReviews.id, id))
  return row ?? null
}

/** The first decision stands. */
export async function saveDecision(
  db: Db,
  { id, ...decision }: Pick<ReviewRow, 'id' | 'state' | 'booked' | 'decidedBy' | 'decidedAt'>,
): Promise<void> {
  await db
    .update(usageReviews)
    .set(decision)
    .where(and(eq(usageReviews.id, id), eq(usageReviews.state, 'open')))
}
