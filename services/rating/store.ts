import { and, asc, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import { type CostRate, type CostTable, tableAt, timelineOf } from '#lib/rating/cost-table.ts'
import type { Db } from '#services/platform/db/client.ts'
import { costRates, costTables, reRatings } from '#services/platform/db/schema/index.ts'

export type CostTableRow = typeof costTables.$inferSelect
export type ReRatingRow = typeof reRatings.$inferSelect

/** Any constant: publishing is one at a time, so that a preview still holds when its table takes effect. */
const LOCK = 7_203_914_003

/** Waits for whoever publishes now; held until the transaction ends. */
export async function lockPublishing(db: Db): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock(${LOCK})`)
}

/** Stores a draft, or finds the table of the same content. */
export async function insertDraft(
  db: Db,
  table: Pick<CostTableRow, 'effectiveFrom' | 'note' | 'contentHash' | 'createdBy' | 'createdAt'>,
  rates: readonly CostRate[],
): Promise<CostTableRow> {
  const [made] = await db
    .insert(costTables)
    .values({ ...table, status: 'draft' })
    .onConflictDoNothing({ target: costTables.contentHash })
    .returning()
  if (made) {
    await db.insert(costRates).values(rates.map((rate) => ({ ...rate, version: made.version })))
    return made
  }
  const [known] = await db.select().from(costTables).where(eq(costTables.contentHash, table.contentHash))
  // The one in the way may have been discarded in between.
  return known ?? insertDraft(db, table, rates)
}

/** Deletes a draft; false if there is none of this version. */
export async function deleteDraft(db: Db, version: number): Promise<boolean> {
  const gone = await db
    .delete(costTables)
    .where(and(eq(costTables.version, version), eq(costTables.status, 'draft')))
    .returning({ version: costTables.version })
  return gone.length > 0
}

export const listCostTables = (db: Db): Promise<CostTableRow[]> =>
  db.select().from(costTables).orderBy(desc(costTables.effectiveFrom), desc(costTables.version))

export async function findCostTable(db: Db, version: number): Promise<CostTableRow | null> {
  const [row] = await db.select().from(costTables).where(eq(costTables.version, version))
  return row ?? null
}

const ratesOf = (db: Db, versions: readonly number[]) =>
  db
    .select()
    .from(costRates)
    .where(inArray(costRates.version, [...versions]))
    .orderBy(asc(costRates.model), asc(costRates.provider), asc(costRates.kind))

export async function listRates(db: Db, version: number): Promise<CostRate[]> {
  return ratesOf(db, [version])
}

/** The published tables that price some of a span, in their order. */
export async function readTimeline(db: Db, { from, to }: { from: Date; to: Date }): Promise<CostTable[]> {
  const published = await db
    .select({ version: costTables.version, effectiveFrom: costTables.effectiveFrom })
    .from(costTables)
    .where(and(eq(costTables.status, 'published'), lt(costTables.effectiveFrom, to)))
  const timeline = timelineOf(published.map((table) => ({ ...table, rates: [] })))
  const first = tableAt(timeline, from)
  const holding = timeline.filter((table) => table === first || table.effectiveFrom > from)
  if (holding.length === 0) return []
  const rates = Map.groupBy(
    await ratesOf(
      db,
      holding.map(({ version }) => version),
    ),
    ({ version }) => version,
  )
  return holding.map((table) => ({ ...table, rates: rates.get(table.version) ?? [] }))
}

export async function markPublished(
  db: Db,
  version: number,
  by: { publishedBy: string; publishedAt: Date },
): Promise<void> {
  await db
    .update(costTables)
    .set({ status: 'published', ...by })
    .where(eq(costTables.version, version))
}

export async function insertReRating(db: Db, row: typeof reRatings.$inferInsert): Promise<void> {
  await db.insert(reRatings).values(row)
}

export async function findReRating(db: Db, version: number): Promise<ReRatingRow | null> {
  const [row] = await db.select().from(reRatings).where(eq(reRatings.version, version))
  return row ?? null
}
