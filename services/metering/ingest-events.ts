import { rollUp } from '#lib/metering/roll-up.ts'
import { creditAccount, isOfAccount } from '#lib/metering/payer.ts'
import { findKeyAccounts } from '#services/account-keys/index.ts'
import { findKeyPayers } from '#services/api-keys/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { nativeSha256 } from '#services/platform/crypto/hash.ts'
import { isLostRace } from '#services/platform/db/sql-state.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { writeApart } from '#services/platform/db/write-apart.ts'
import { type Appended, appendEvents } from './append.ts'
import { eventFacts } from './dead-letters/event-facts.ts'
import { keepDeadLetters } from './dead-letters/keep-dead-letters.ts'
import { dropKnown } from './drop-known.ts'
import type { Origin } from './event-columns.ts'
import { readItem, type Refusal, refuse } from './read-item.ts'
import { factsOf } from './rollups/facts-of.ts'
import { addRollup } from './rollups/store.ts'
import type { Candidate, IngestInput, IngestResult, PaidCandidate } from './schemas.ts'
import { requireCollector } from './require-collector.ts'
import {
  ensurePartitions,
  findHeldTokens,
  findKnownCalls,
  insertEvents,
  lockPeriods,
  periodKey,
  saveMeters,
} from './store.ts'

type Road = IngestInput['road']

/** Calls written in one transaction, at most. */
const CHUNK = 2_500
/** Transactions at once: one is prepared here while the database works on the other. */
const LANES = 2n
/** Who loses a race for an identity, a lock or a month's partition looks again. */
const TRIES = 4

/** What became of the items so far; those in neither list are stored. */
interface Tally {
  /** Places of items. */
  duplicates: number[]
  /** Duplicates that count otherwise than the event: kept as dead letters too. */
  differing: Refusal[]
  refusals: Refusal[]
}

/** Items judged one by one, before anything is known of the books. */
export interface Judged {
  readonly candidates: readonly Candidate[]
  readonly refusals: readonly Refusal[]
}

/** What became of items; those that are neither duplicates nor refused are stored. */
export type ItemOutcomes = { readonly [Part in keyof Tally]: Readonly<Tally[Part]> }

/** Counts what became of `length` items from place `start` on, with places that begin at 0. */
export function summarise({ duplicates, refusals }: ItemOutcomes, start: number, length: number): IngestResult {
  const isInside = (index: number): boolean => index >= start && index < start + length
  const rejected = refusals
    .filter(({ index }) => isInside(index))
    .map(({ index, reason, detail }) => ({ index: index - start, reason, detail }))
    .sort((a, b) => a.index - b.index)
  const known = duplicates.filter(isInside).length
  return { stored: length - known - rejected.length, duplicates: known, rejected }
}

/**
 * Stores calls as events, each once whatever roads it comes by, and adds them to their vault's meters and rollups: all
 * in one transaction per chunk. What can't be stored is kept as a dead letter with the reason; it never holds up the
 * rest. Throws only when the database does; delivering the batch again is then safe.
 */
export async function ingestEvents(ctx: ServiceContext, input: IngestInput): Promise<IngestResult> {
  const outcomes = await storeOrKeep(ctx, input.road, judgeItems(ctx, input, 0))
  return summarise(outcomes, 0, input.items.length)
}

/** Judges delivered items by themselves; the first has the place `start`. */
export function judgeItems(ctx: ServiceContext, { road, items }: IngestInput, start: number): Judged {
  requireCollector(ctx.actor)
  const conditions = { road, secret: ctx.env.litellm.webhookSecret, now: ctx.clock() }
  const candidates: Candidate[] = []
  const refusals: Refusal[] = []
  items.forEach((item, i) => {
    const read = readItem(item, start + i, conditions)
    if (read.ok) candidates.push(read.candidate)
    else refusals.push(read.refusal)
  })
  return { candidates, refusals }
}

/** Stores what was judged, and keeps what can't be stored as dead letters. */
export async function storeOrKeep(ctx: ServiceContext, road: Road, judged: Judged): Promise<ItemOutcomes> {
  const outcomes = await storeItems(ctx, road, judged)
  await keepDeadLetters(
    ctx,
    [...outcomes.refusals, ...outcomes.differing].map(({ raw, reason, detail }) => {
      return { road, reason, detail, payload: eventFacts(raw) }
    }),
  )
  return outcomes
}

/** Stores what was judged; what can't be stored is told, and kept nowhere. */
export async function storeItems(ctx: ServiceContext, road: Road, judged: Judged): Promise<ItemOutcomes> {
  requireCollector(ctx.actor)
  const tally: Tally = { duplicates: [], differing: [], refusals: [...judged.refusals] }
  const periods = judged.candidates.map(({ period }) => period)
  const [paid] = await Promise.all([findPayers(ctx, judged.candidates, tally), ensurePartitions(ctx.db, periods)])
  await Promise.all(lanesOf(paid).map((lane) => storeLane(ctx, road, lane, tally)))
  return tally
}

async function findPayers(
  ctx: ServiceContext,
  candidates: readonly Candidate[],
  tally: Tally,
): Promise<PaidCandidate[]> {
  const [payers, keyAccounts] = await Promise.all([
    findKeyPayers(ctx, [...new Set(candidates.map(({ event }) => event.keyHash))]),
    findKeyAccounts(ctx, [...new Set(candidates.flatMap(({ event }) => event.accountKey ?? []))]),
  ])
  // Whoever calls LiteLLM by itself may label a call as they like: no key but one of the payer's own is believed.
  const ownKey = (key: string | null, account: string): string | null => {
    const accountId = key === null ? undefined : keyAccounts.get(key)
    return accountId !== undefined && creditAccount(accountId) === account ? key : null
  }
  const paid: PaidCandidate[] = []
  for (const candidate of candidates) {
    const payer = payers.get(candidate.event.keyHash)
    if (payer === undefined) tally.refusals.push(refuse(candidate, 'unknown_key'))
    else paid.push({ ...candidate, ...payer, accountKey: ownKey(candidate.event.accountKey, payer.account) })
  }
  return paid
}

/** Calls by vaults that share no lock. */
const lanesOf = (calls: readonly PaidCandidate[]): PaidCandidate[][] => [
  ...Map.groupBy(calls, ({ vaultId }) => vaultId % LANES).values(),
]

async function storeLane(ctx: ServiceContext, road: Road, lane: PaidCandidate[], tally: Tally): Promise<void> {
  for (let start = 0; start < lane.length; start += CHUNK) {
    await storeChunk(ctx, road, lane.slice(start, start + CHUNK), tally)
  }
}

/** Stores a chunk, without the events that the database refuses. */
function storeChunk(ctx: ServiceContext, road: Road, chunk: readonly PaidCandidate[], tally: Tally): Promise<void> {
  const store = async (calls: readonly PaidCandidate[]): Promise<void> => {
    const result = await storeTogether(ctx, road, calls)
    tally.duplicates.push(...result.duplicates)
    tally.differing.push(...result.differing)
    tally.refusals.push(...result.refusals)
  }
  return writeApart(chunk, store, (call, err) => {
    ctx.log.error({ err, identity: call.identity }, 'the database refused an event')
    tally.refusals.push(refuse(call, 'refused_by_database'))
  })
}

async function storeTogether(ctx: ServiceContext, road: Road, chunk: readonly PaidCandidate[]): Promise<Tally> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await withTransaction(ctx, (tx) => storeInTransaction(tx, road, chunk))
    } catch (error) {
      if (!isLostRace(error) || tried === TRIES) throw error
      const periods = chunk.map(({ period }) => period)
      await ensurePartitions(ctx.db, periods)
    }
  }
}

async function storeInTransaction(tx: ServiceContext, road: Road, chunk: readonly PaidCandidate[]): Promise<Tally> {
  const keys = new Map(chunk.map((candidate) => [periodKey(candidate), candidate]))
  const ids = chunk.flatMap(({ identity, alternativeIdentity }) => [identity, alternativeIdentity ?? identity])
  const paidByVaults = chunk.filter(({ vaultId, billableTokens }) => billableTokens > 0n && !isOfAccount(vaultId))
  // In this order on the wire: what is known is read under the locks.
  const [periods, known, held] = await Promise.all([
    lockPeriods(tx.db, tx.deploymentId, [...keys.values()]),
    findKnownCalls(tx.db, [...new Set(ids)]),
    findHeldTokens(
      tx.db,
      paidByVaults.map(({ identity }) => identity),
    ),
  ])
  const { fresh, duplicates, differing, refusals } = dropKnown(chunk, known, held)
  const byPeriod = Map.groupBy(fresh, periodKey)
  const appended = [...periods].map(([key, state]) => appendEvents(state, byPeriod.get(key) ?? []))
  await saveAppended(tx, appended, { deploymentId: tx.deploymentId, road, receivedAt: tx.clock() })
  const overflow = appended.flatMap((part) => part.overflow).map((candidate) => refuse(candidate, 'too_many_models'))
  return { duplicates, differing, refusals: [...refusals, ...overflow] }
}

/** Writes what was appended to the locked periods: events, meters, rollups. */
async function saveAppended({ db }: ServiceContext, appended: readonly Appended[], origin: Origin): Promise<void> {
  const changed = appended.filter(({ placed }) => placed.length > 0)
  if (changed.length === 0) return
  const placed = changed.flatMap((part) => part.placed)
  const facts = placed.map(({ candidate }) => factsOf(candidate, origin.deploymentId))
  await Promise.all([
    insertEvents(db, placed, origin),
    saveMeters(db, changed, origin),
    addRollup(db, rollUp(facts, nativeSha256)),
  ])
}
