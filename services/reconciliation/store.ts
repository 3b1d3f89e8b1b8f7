import { and, asc, desc, eq, gt, gte, inArray, lt, ne, or, sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import {
  eventIdentities,
  events,
  meteredKeys,
  meterPeriods,
  reconciliationRuns,
  reconciliations,
} from '#services/platform/db/schema/index.ts'

export interface ComparedKey {
  readonly keyHash: string
  readonly vaultId: bigint
}

/** Keys that may have been used between two instants, in a fixed order; one of them, if it is named. */
export function listComparedKeys(
  db: Db,
  deploymentId: string,
  { from, to, keyHash }: { from: Date; to: Date; keyHash: string | null },
): Promise<ComparedKey[]> {
  return db
    .select({ keyHash: meteredKeys.keyHash, vaultId: meteredKeys.vaultId })
    .from(meteredKeys)
    .where(
      and(
        eq(meteredKeys.deploymentId, deploymentId),
        eq(meteredKeys.isInLitellm, true),
        keyHash === null ? undefined : eq(meteredKeys.keyHash, keyHash),
        lt(meteredKeys.createdAt, to),
        // A deleted key's last change is its deletion.
        or(eq(meteredKeys.isDeleted, false), gte(meteredKeys.updatedAt, from)),
      ),
    )
    .orderBy(asc(meteredKeys.createdAt), asc(meteredKeys.keyHash))
}

const eventFields = {
  id: events.id,
  startedAt: events.startedAt,
  status: events.status,
  cacheHit: events.cacheHit,
  model: events.model,
  inputTokens: events.inputTokens,
  outputTokens: events.outputTokens,
  billableTokens: events.billableTokens,
  litellmCost: events.litellmCost,
}

const knownWith = (db: Db, deploymentId: string, ids: readonly string[]) =>
  db
    .select({ ...eventFields, identity: eventIdentities.id, identityStartedAt: eventIdentities.startedAt })
    .from(eventIdentities)
    .leftJoin(
      events,
      and(
        eq(events.deploymentId, eventIdentities.deploymentId),
        eq(events.vaultId, eventIdentities.vaultId),
        eq(events.period, eventIdentities.period),
        eq(events.ordinal, eventIdentities.ordinal),
      ),
    )
    .where(
      and(eq(eventIdentities.deploymentId, deploymentId), sql`${eventIdentities.id} = any(${sql.param([...ids])})`),
    )

/** An identity that was stored, with its event; the event's fields are null when its details are gone. */
export type KnownRow = Awaited<ReturnType<typeof knownWith>>[number]

/** What is stored under identities. */
export async function findKnown(db: Db, deploymentId: string, ids: readonly string[]): Promise<Map<string, KnownRow>> {
  if (ids.length === 0) return new Map()
  return new Map((await knownWith(db, deploymentId, ids)).map((row) => [row.identity, row]))
}

export interface Span {
  readonly deploymentId: string
  readonly vaultId: bigint
  readonly keyHash: string
  readonly from: Date
  readonly to: Date
}

const within = ({ deploymentId, vaultId, keyHash, from, to }: Span) =>
  and(
    eq(events.deploymentId, deploymentId),
    eq(events.vaultId, vaultId),
    eq(events.keyHash, keyHash),
    gte(events.startedAt, from),
    lt(events.startedAt, to),
  )

const eventsIn = (db: Db, span: Span, after: { startedAt: Date; id: string } | null, limit: number) =>
  db
    .select(eventFields)
    .from(events)
    .where(
      and(
        within(span),
        after
          ? or(
              gt(events.startedAt, after.startedAt),
              and(eq(events.startedAt, after.startedAt), gt(events.id, after.id)),
            )
          : undefined,
      ),
    )
    .orderBy(asc(events.startedAt), asc(events.id))
    .limit(limit)

export type EventRow = Awaited<ReturnType<typeof eventsIn>>[number]

const PAGE = 2_000

/** A key's events that started in a span, oldest first. */
export async function* readEvents(db: Db, span: Span): AsyncGenerator<EventRow> {
  let after: EventRow | null = null
  for (;;) {
    const page: EventRow[] = await eventsIn(db, span, after, PAGE)
    yield* page
    after = page.at(-1) ?? null
    if (page.length < PAGE) return
  }
}

export interface OwnBooks {
  /** What the meter says. */
  readonly count: number
  readonly tokens: bigint
  /** What the identities add up to, and the events whose details are kept. */
  readonly identities: number
  readonly identityTokens: bigint
  readonly events: number
  readonly eventTokens: bigint
}

/** A period's meter beside what its calls add up to, as of one moment; null when nothing was metered. */
export async function readOwnBooks(
  db: Db,
  ref: { deploymentId: string; vaultId: bigint; period: number },
): Promise<OwnBooks | null> {
  const { deploymentId, vaultId, period } = ref
  const sums = (table: 'events' | 'event_identities') => sql`
    select count(*)::int as calls, coalesce(sum(billable_tokens), 0)::text as tokens from ${sql.raw(table)}
    where deployment_id = ${deploymentId} and vault_id = ${vaultId} and period = ${period}`
  const { rows } = await db.execute<Record<string, string | number>>(sql`
    select ${meterPeriods.eventCount} as metered, ${meterPeriods.tokens}::text as metered_tokens,
      known.calls as identities, known.tokens as identity_tokens, kept.calls as events, kept.tokens as event_tokens
    from ${meterPeriods}, (${sums('event_identities')}) as known, (${sums('events')}) as kept
    where ${meterPeriods.deploymentId} = ${deploymentId} and ${meterPeriods.vaultId} = ${vaultId}
      and ${meterPeriods.period} = ${period}`)
  const [row] = rows
  if (!row) return null
  return {
    count: Number(row['metered']),
    tokens: BigInt(row['metered_tokens'] ?? 0),
    identities: Number(row['identities']),
    identityTokens: BigInt(row['identity_tokens'] ?? 0),
    events: Number(row['events']),
    eventTokens: BigInt(row['event_tokens'] ?? 0),
  }
}

export type RunRow = typeof reconciliationRuns.$inferSelect
export type KeyDayRow = typeof reconciliations.$inferSelect

/** False when the night's run was decided before, by another process. */
export async function insertRun(db: Db, row: typeof reconciliationRuns.$inferInsert): Promise<boolean> {
  const made = await db
    .insert(reconciliationRuns)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: reconciliationRuns.id })
  return made.length > 0
}

export async function updateRun(
  db: Db,
  id: string,
  change: Partial<typeof reconciliationRuns.$inferInsert>,
): Promise<void> {
  await db.update(reconciliationRuns).set(change).where(eq(reconciliationRuns.id, id))
}

export async function findRun(db: Db, deploymentId: string, id: string): Promise<RunRow | null> {
  const [row] = await db
    .select()
    .from(reconciliationRuns)
    .where(and(eq(reconciliationRuns.deploymentId, deploymentId), eq(reconciliationRuns.id, id)))
  return row ?? null
}

export const listRuns = (db: Db, deploymentId: string, limit: number): Promise<RunRow[]> =>
  db
    .select()
    .from(reconciliationRuns)
    .where(eq(reconciliationRuns.deploymentId, deploymentId))
    .orderBy(desc(reconciliationRuns.createdAt))
    .limit(limit)

/** The last day that a night's run compared, or will; the days of one that was given up are the next night's. */
export async function lastNight(db: Db, deploymentId: string): Promise<string | null> {
  const [row] = await db
    .select({ lastDay: reconciliationRuns.lastDay })
    .from(reconciliationRuns)
    .where(
      and(
        eq(reconciliationRuns.deploymentId, deploymentId),
        eq(reconciliationRuns.trigger, 'nightly'),
        ne(reconciliationRuns.status, 'failed'),
      ),
    )
    .orderBy(desc(reconciliationRuns.lastDay))
    .limit(1)
  return row?.lastDay ?? null
}

/** Writes what was found; a run that is repeated after a crash writes over what it found before. */
export async function saveKeyDay(db: Db, row: typeof reconciliations.$inferInsert): Promise<void> {
  const { runId: _, keyHash: __, day: ___, ...found } = row
  await db
    .insert(reconciliations)
    .values(row)
    .onConflictDoUpdate({ target: [reconciliations.runId, reconciliations.keyHash, reconciliations.day], set: found })
}

/** Days of keys of a run, the worst first. */
export const listKeyDays = (db: Db, runId: string, limit: number): Promise<KeyDayRow[]> =>
  db
    .select()
    .from(reconciliations)
    .where(eq(reconciliations.runId, runId))
    .orderBy(
      sql`array_position(array['unexplained', 'explained', 'matches'], ${reconciliations.result})`,
      asc(reconciliations.day),
      asc(reconciliations.vaultId),
      asc(reconciliations.keyHash),
    )
    .limit(limit)

/** Days of keys of a run by result. */
export async function countResults(db: Db, runId: string): Promise<Map<KeyDayRow['result'], number>> {
  const rows = await db
    .select({ result: reconciliations.result, count: sql<number>`count(*)::int` })
    .from(reconciliations)
    .where(eq(reconciliations.runId, runId))
    .groupBy(reconciliations.result)
  return new Map(rows.map(({ result, count }) => [result, count]))
}

/** Runs that have not ended, for whoever carries them out. */
export const findOpenRun = async (db: Db, id: string): Promise<RunRow | null> => {
  const [row] = await db
    .select()
    .from(reconciliationRuns)
    .where(and(eq(reconciliationRuns.id, id), inArray(reconciliationRuns.status, ['pending', 'running'])))
  return row ?? null
}

/** Successful calls that LiteLLM counted on a day under the keys that a run compared. */
export async function sumCounted(db: Db, runId: string, day: string): Promise<bigint> {
  const [row] = await db
    .select({ sum: sql<string>`coalesce(sum((${reconciliations.figures}->'counted'->>'successes')::bigint), 0)::text` })
    .from(reconciliations)
    .where(and(eq(reconciliations.runId, runId), eq(reconciliations.day, day)))
  return BigInt(row?.sum ?? 0)
}
