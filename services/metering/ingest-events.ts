import { findKeyPayers } from '#services/api-keys/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { rollUp } from '#lib/metering/roll-up.ts'
import { type Appended, appendEvents } from './append.ts'
import { keepDeadLetters } from './dead-letters.ts'
import { dropKnown } from './drop-known.ts'
import type { Origin } from './event-columns.ts'
import { readItem, type Refusal, refuse } from './read-item.ts'
import type { Candidate, IngestInput, IngestResult, PaidCandidate, Rejection } from './schemas.ts'
import { requireCollector } from './require-collector.ts'
import { factsOf } from './rollups/facts-of.ts'
import { addRollup } from './rollups/store.ts'
import { ensurePartitions, findKnownCalls, insertEvents, lockPeriods, periodKey, saveMeters } from './store.ts'

const CHUNK = 500
/** Two roads may place one call in two months' periods at once; the loser of the race looks again. */
const RACE_TRIES = 3

/** What became of the items so far; those in neither list are stored. */
interface Tally {
  /** Places in the delivered batch. */
  duplicates: number[]
  /** Duplicates that count otherwise than the event: kept as dead letters too. */
  differing: Refusal[]
  refusals: Refusal[]
}

/** What became of each item, by its place in the delivered batch; those in neither list are stored. */
export interface ItemOutcomes {
  readonly duplicates: readonly number[]
  readonly rejected: readonly Rejection[]
}

/** Counts what became of `length` items from `start` on, with places that begin at 0. */
export function summarise({ duplicates, rejected }: ItemOutcomes, start: number, length: number): IngestResult {
  const isInside = (index: number): boolean => index >= start && index < start + length
  const refused = rejected
    .filter(({ index }) => isInside(index))
    .map((each) => ({ ...each, index: each.index - start }))
  const known = duplicates.filter(isInside).length
  return { stored: length - known - refused.length, duplicates: known, rejected: refused }
}

/**
 * Stores calls as events, each once whatever roads it comes by, and adds them to their vault's meters: all in one
 * transaction per chunk. What can't be stored is kept as a dead letter with the reason; it never holds up the rest.
 * Throws only when the database does; delivering the batch again is then safe.
 */
export async function ingestEvents(ctx: ServiceContext, input: IngestInput): Promise<IngestResult> {
  return summarise(await storeItems(ctx, input), 0, input.items.length)
}

/** The same, told item by item. */
export async function storeItems(ctx: ServiceContext, input: IngestInput): Promise<ItemOutcomes> {
  requireCollector(ctx.actor)
  const conditions = { road: input.road, secret: ctx.env.litellm.webhookSecret, now: ctx.clock() }
  const read = input.items.map((item, index) => readItem(item, index, conditions))
  const tally: Tally = {
    duplicates: [],
    differing: [],
    refusals: read.flatMap((item) => (item.ok ? [] : [item.refusal])),
  }
  const paid = await findPayers(
    ctx,
    read.flatMap((item) => (item.ok ? [item.candidate] : [])),
    tally,
  )
  for (let start = 0; start < paid.length; start += CHUNK) {
    await storeChunk(ctx, input.road, paid.slice(start, start + CHUNK), tally)
  }
  await keepDeadLetters(
    ctx,
    [...tally.refusals, ...tally.differing].map(({ raw: payload, ...why }) => ({ road: input.road, payload, ...why })),
  )
  const rejected = tally.refusals.map(({ index, reason, detail }) => ({ index, reason, detail }))
  return { duplicates: tally.duplicates, rejected: rejected.sort((a, b) => a.index - b.index) }
}

async function findPayers(
  ctx: ServiceContext,
  candidates: readonly Candidate[],
  tally: Tally,
): Promise<PaidCandidate[]> {
  const payers = await findKeyPayers(ctx, [...new Set(candidates.map(({ event }) => event.keyHash))])
  const paid: PaidCandidate[] = []
  for (const candidate of candidates) {
    const payer = payers.get(candidate.event.keyHash)
    if (payer === undefined) tally.refusals.push(refuse(candidate, 'unknown_key'))
    else paid.push({ ...candidate, ...payer })
  }
  return paid
}

/** Stores a chunk; one that the database refuses is halved until only the item at fault is left out. */
async function storeChunk(
  ctx: ServiceContext,
  road: IngestInput['road'],
  chunk: PaidCandidate[],
  tally: Tally,
): Promise<void> {
  if (chunk.length === 0) return
  try {
    const result = await storeTogether(ctx, road, chunk)
    tally.duplicates.push(...result.duplicates)
    tally.differing.push(...result.differing)
    tally.refusals.push(...result.refusals)
  } catch (error) {
    if (!isRefusedData(error)) throw error
    const [only] = chunk
    if (chunk.length === 1 && only) {
      ctx.log.error({ err: error, identity: only.identity }, 'the database refused an event')
      tally.refusals.push(refuse(only, 'refused_by_database'))
      return
    }
    const half = Math.ceil(chunk.length / 2)
    await storeChunk(ctx, road, chunk.slice(0, half), tally)
    await storeChunk(ctx, road, chunk.slice(half), tally)
  }
}

/** SQLSTATE of a failed query, also behind Drizzle's wrapper. */
function sqlState(error: unknown): string {
  if (!(error instanceof Error)) return ''
  return 'code' in error && typeof error.code === 'string' ? error.code : sqlState(error.cause)
}

/** Class 22 is data that doesn't fit, class 23 a broken constraint: trying again can't help. */
const isRefusedData = (error: unknown): boolean => /^2[23]/.test(sqlState(error))
const UNIQUE_VIOLATION = '23505'

async function storeTogether(ctx: ServiceContext, road: IngestInput['road'], chunk: PaidCandidate[]): Promise<Tally> {
  await ensurePartitions(
    ctx.db,
    chunk.map(({ period }) => period),
  )
  for (let tried = 1; ; tried += 1) {
    try {
      return await withTransaction(ctx, (tx) => storeInTransaction(tx, road, chunk))
    } catch (error) {
      if (sqlState(error) !== UNIQUE_VIOLATION || tried === RACE_TRIES) throw error
    }
  }
}

/** Writes what was appended to the locked periods: events, meters, rollups. */
async function saveAppended({ db }: ServiceContext, appended: readonly Appended[], origin: Origin): Promise<void> {
  const changed = appended.filter(({ placed }) => placed.length > 0)
  if (changed.length === 0) return
  const placed = changed.flatMap((part) => part.placed)
  await insertEvents(db, placed, origin)
  await saveMeters(db, changed, origin)
  await addRollup(db, rollUp(placed.map(({ candidate }) => factsOf(candidate, origin.deploymentId))))
}

async function storeInTransaction(
  tx: ServiceContext,
  road: IngestInput['road'],
  chunk: readonly PaidCandidate[],
): Promise<Tally> {
  const periods = await lockPeriods(tx.db, tx.deploymentId, [
    ...new Map(chunk.map((candidate) => [periodKey(candidate), candidate])).values(),
  ])
  const ids = chunk.flatMap(({ identity, alternativeIdentity }) => [identity, alternativeIdentity ?? identity])
  const { fresh, duplicates, differing, refusals } = dropKnown(chunk, await findKnownCalls(tx.db, [...new Set(ids)]))
  const appended = [...periods].map(([key, state]) =>
    appendEvents(
      state,
      fresh.filter((candidate) => periodKey(candidate) === key),
    ),
  )
  await saveAppended(tx, appended, { deploymentId: tx.deploymentId, road, receivedAt: tx.clock() })
  const overflow = appended.flatMap((part) => part.overflow).map((candidate) => refuse(candidate, 'too_many_models'))
  return { duplicates, differing, refusals: [...refusals, ...overflow] }
}
