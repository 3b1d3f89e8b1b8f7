import { and, asc, desc, eq, gt, gte, inArray, isNotNull, isNull, lt } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { arraysOf, type Column, namesOf, rowsFrom } from '#services/platform/db/rows-of.ts'
import { run, type Statement } from '#services/platform/db/statement.ts'
import { deadLetterActions, deadLetters } from '#services/platform/db/schema/index.ts'
import type { LetterFilter } from './schemas.ts'

export type DeadLetterRow = typeof deadLetters.$inferSelect
export type ActionRow = typeof deadLetterActions.$inferSelect
type NewLetter = Pick<DeadLetterRow, 'fingerprint' | 'road' | 'reason' | 'detail' | 'payload' | 'receivedAt'>

const letterColumns: readonly Column<NewLetter>[] = [
  ['fingerprint', 'text', ({ fingerprint }) => fingerprint],
  ['road', 'text', ({ road }) => road],
  ['reason', 'text', ({ reason }) => reason],
  ['detail', 'text', ({ detail }) => detail],
  ['payload', 'jsonb', ({ payload }) => JSON.stringify(payload)],
  ['received_at', 'timestamptz', ({ receivedAt }) => receivedAt.toISOString()],
]

const insertLetters: Statement = {
  name: 'metering.insert_dead_letters',
  text: `
    insert into dead_letters (${namesOf(letterColumns)}) select * from ${rowsFrom(letterColumns)}
    on conflict (fingerprint) do nothing`,
}

/** Keeps what could not be stored. The same item for the same reason is kept once. */
export async function insertDeadLetters(db: Db, rows: readonly NewLetter[]): Promise<void> {
  if (rows.length === 0) return
  const ordered = [...rows].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
  await run(db, insertLetters, arraysOf(ordered, letterColumns))
}

const matching = ({ state, reason, road, from, to }: LetterFilter) =>
  and(
    state === 'open'
      ? isNull(deadLetters.resolvedAt)
      : state === 'resolved'
        ? isNotNull(deadLetters.resolvedAt)
        : undefined,
    reason === undefined ? undefined : eq(deadLetters.reason, reason),
    road === undefined ? undefined : eq(deadLetters.road, road),
    from === undefined ? undefined : gte(deadLetters.receivedAt, from),
    to === undefined ? undefined : lt(deadLetters.receivedAt, to),
  )

export const countLetters = (db: Db, filter: LetterFilter): Promise<number> => db.$count(deadLetters, matching(filter))

/** The newest letters that were kept before one. */
export const listLetters = (
  db: Db,
  filter: LetterFilter,
  { before, limit }: { before: bigint | undefined; limit: number },
): Promise<DeadLetterRow[]> =>
  db
    .select()
    .from(deadLetters)
    .where(and(matching(filter), before === undefined ? undefined : lt(deadLetters.id, before)))
    .orderBy(desc(deadLetters.id))
    .limit(limit)

/** The oldest letters that were kept after one. */
export const listLettersAfter = (
  db: Db,
  filter: LetterFilter,
  { after, limit }: { after: bigint; limit: number },
): Promise<DeadLetterRow[]> =>
  db
    .select()
    .from(deadLetters)
    .where(and(matching(filter), gt(deadLetters.id, after)))
    .orderBy(asc(deadLetters.id))
    .limit(limit)

export const findLetters = (db: Db, ids: readonly bigint[]): Promise<DeadLetterRow[]> =>
  db
    .select()
    .from(deadLetters)
    .where(inArray(deadLetters.id, [...ids]))
    .orderBy(asc(deadLetters.id))

/** Locks open letters until the transaction ends. */
export const lockOpenLetters = (db: Db, ids: readonly bigint[]): Promise<DeadLetterRow[]> =>
  db
    .select()
    .from(deadLetters)
    .where(and(inArray(deadLetters.id, [...ids]), isNull(deadLetters.resolvedAt)))
    .orderBy(asc(deadLetters.id))
    .for('update')

export const listActions = (db: Db, letterId: bigint): Promise<ActionRow[]> =>
  db.select().from(deadLetterActions).where(eq(deadLetterActions.letterId, letterId)).orderBy(asc(deadLetterActions.id))

export async function insertActions(db: Db, actions: readonly Omit<ActionRow, 'id'>[]): Promise<void> {
  if (actions.length > 0) await db.insert(deadLetterActions).values([...actions])
}

export async function setPayload(db: Db, id: bigint, payload: unknown): Promise<void> {
  await db.update(deadLetters).set({ payload }).where(eq(deadLetters.id, id))
}

/** Why the last try failed. */
export async function setReason(
  db: Db,
  id: bigint,
  { reason, detail }: Pick<DeadLetterRow, 'reason' | 'detail'>,
): Promise<void> {
  await db.update(deadLetters).set({ reason, detail }).where(eq(deadLetters.id, id))
}

export async function resolveLetters(
  db: Db,
  ids: readonly bigint[],
  ending: { resolvedAt: Date; resolution: 'replayed' | 'discarded' },
): Promise<void> {
  await db
    .update(deadLetters)
    .set(ending)
    .where(inArray(deadLetters.id, [...ids]))
}
