import { isMintedEventId } from '#lib/metering/event-id.ts'
import { parseLitellmCost } from '#lib/metering/litellm-cost.ts'
import { periodOf } from '#lib/period/period.ts'
import {
  addTotals,
  compareTotals,
  type DayBooks,
  NO_CALLS,
  type OnlyHere,
  type Totals,
} from '#lib/reconciliation/compare-totals.ts'
import { type Difference, resultOf } from '#lib/reconciliation/difference.ts'
import { addCall, noSums, showSums } from '#lib/reconciliation/figures.ts'
import { showCost } from '#lib/reconciliation/compare-call.ts'
import type { SpendLog } from '#services/clients/litellm/index.ts'
import { type IngestItem, ingestEvents, judgeSpendLogs } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { hmacHex } from '#services/platform/crypto/hash.ts'
import { checkOwnBooks } from './check-own-books.ts'
import { type DaySpan, daySpan } from './day-span.ts'
import { compareRow, factsOf, type MatchedRow, matchRows } from './match-rows.ts'
import { readBooks } from './read-books.ts'
import type { KeyDay } from './schemas.ts'
import { type ComparedKey, type KnownRow, readEvents } from './store.ts'

/** 1e-12 USD: a day's total is no single call's cost. */
const MOST_PER_DAY = 10n ** 24n
/** The two books may round a call's start otherwise: rows so near the day's ends are looked at too. */
const EDGE_MS = 60_000

/** A row of LiteLLM's that is no event here. */
interface Missing {
  readonly item: IngestItem
  readonly id: string
}

/** What comes of reading LiteLLM's rows of a day. */
interface RowsRead {
  readonly differences: Difference[]
  /** Identities of events that have a row. */
  readonly matched: Set<string>
  readonly missing: Missing[]
  totals: Totals
  sums: ReturnType<typeof noSums>
}

/**
 * Compares our events of a key and UTC day with LiteLLM's log, call by call, and both with LiteLLM's own totals of the
 * day. What only LiteLLM has is stored, so that the gap is closed. Null when there was nothing to compare.
 */
export async function compareKeyDay(ctx: ServiceContext, key: ComparedKey, day: string): Promise<KeyDay | null> {
  const span = await daySpan(ctx, key, day)
  if (span.to <= span.from) return null
  const own = await checkOwnBooks(ctx, key.vaultId, periodOf(span.from))
  const rows = await readRows(ctx, span)
  const gone: Difference | null = own.hasDetails ? null : detailsDeleted()
  const differences = [own.difference, gone].filter((each) => each !== null)
  differences.push(...(own.hasDetails ? rows.differences : []))
  differences.push(...(await storeMissing(ctx, rows, own.difference !== null)))
  const here = await readHere(ctx, span, rows.matched)
  if (here.sums.requests === 0n && rows.totals === NO_CALLS && differences.length === 0) return null
  const counted = await countedOf(ctx, span, day)
  if (own.hasDetails) differences.push(...compareTotals({ rows: rows.totals, onlyHere: here.onlyHere, counted }))
  return {
    ...key,
    day,
    comparedTo: span.to,
    result: resultOf(differences),
    figures: { here: showSums(here.sums), litellm: showSums(rows.sums), counted: showTotals(counted) },
    differences,
  }
}

const detailsDeleted = (): Difference => ({
  kind: 'event_missing',
  id: null,
  detail: 'the calls of this month were deleted after their time',
  explanation: 'details_deleted',
})

async function readRows(ctx: ServiceContext, span: DaySpan): Promise<RowsRead> {
  const read: RowsRead = { differences: [], matched: new Set(), missing: [], totals: NO_CALLS, sums: noSums() }
  const seen = new Set<string>()
  const edge = (at: Date, ms: number): Date => new Date(at.getTime() + ms)
  for await (const page of readBooks(ctx, span.keyHash, edge(span.from, -EDGE_MS), edge(span.to, EDGE_MS))) {
    const logs = page.logs.filter(({ requestId }) => !seen.has(requestId))
    for (const { requestId } of logs) seen.add(requestId)
    await readPage(ctx, span, logs, read)
  }
  return read
}

async function readPage(ctx: ServiceContext, span: DaySpan, logs: readonly SpendLog[], read: RowsRead): Promise<void> {
  const { items, candidates, refusals } = judgeSpendLogs(ctx, logs, span.vaultId)
  const isInside = (index: number): boolean => {
    const startedAt = logs[index]?.startedAt
    return startedAt !== undefined && startedAt >= span.from && startedAt < span.to
  }
  const itemAt = (index: number): IngestItem => items[index] ?? { raw: null }
  for (const log of logs.filter((_, index) => isInside(index))) read.totals = addTotals(read.totals, totalsOf(log))
  for (const row of await matchRows(ctx, candidates)) {
    if (isInside(row.index)) takeRow(row, itemAt(row.index), read)
    else if (row.known) read.matched.add(row.known.identity)
  }
  for (const { index } of refusals.filter((refusal) => isInside(refusal.index))) {
    read.missing.push({ item: itemAt(index), id: logs[index]?.requestId ?? '' })
  }
}

const totalsOf = ({ status, costUsd }: SpendLog): Totals => {
  const cost = parseLitellmCost(costUsd ?? '0') ?? 0n
  return status === 'failure' ? { successes: 0n, failures: 1n, cost } : { successes: 1n, failures: 0n, cost }
}

function takeRow(row: MatchedRow, item: IngestItem, read: RowsRead): void {
  const { candidate, known } = row
  addCall(read.sums, factsOf(candidate))
  if (!known) {
    read.missing.push({ item, id: candidate.identity })
    return
  }
  const isRepeated = read.matched.has(known.identity)
  read.matched.add(known.identity)
  const difference = isRepeated ? anotherRow(row, known) : compareRow({ ...row, known })
  if (difference) read.differences.push(difference)
}

/** A second row of one call: an attempt that failed is no call of its own; a second success would be one. */
const anotherRow = ({ candidate }: MatchedRow, { identity }: KnownRow): Difference => ({
  kind: 'only_in_litellm',
  id: identity,
  detail: 'another row of a call that is stored',
  explanation: candidate.event.status === 'failure' ? 'attempt_of_a_call' : null,
})

/** Stores what only LiteLLM has, unless our own books don't add up: then nothing is added to them. */
async function storeMissing(
  ctx: ServiceContext,
  { missing, matched }: RowsRead,
  isBroken: boolean,
): Promise<Difference[]> {
  if (missing.length === 0) return []
  const only = (id: string, detail: string, explanation: Difference['explanation']): Difference => {
    return { kind: 'only_in_litellm', id, detail, explanation }
  }
  if (isBroken) return missing.map(({ id }) => only(id, 'not stored, as our own books don’t add up', null))
  const result = await ingestEvents(ctx, { road: 'poll', items: missing.map(({ item }) => item) })
  const refused = new Map(result.rejected.map(({ index, reason }) => [index, reason]))
  return missing.map(({ id, item }, index) => {
    const reason = refused.get(index)
    if (reason) return only(id, reason, 'dead_letter')
    matched.add(id)
    if (item.alternativeId) matched.add(item.alternativeId)
    return only(id, 'it was missing here, and is stored now', 'polled_in')
  })
}

interface Here {
  readonly sums: ReturnType<typeof noSums>
  readonly onlyHere: OnlyHere[]
}

async function readHere(ctx: ServiceContext, span: DaySpan, matched: ReadonlySet<string>): Promise<Here> {
  const here: Here = { sums: noSums(), onlyHere: [] }
  for await (const event of readEvents(ctx.db, span)) {
    addCall(here.sums, event)
    if (matched.has(event.id)) continue
    const { id, model, billableTokens, status, litellmCost } = event
    const isFailure = status === 'failure'
    const isGenuine = isGenuineId(ctx, id, span.keyHash)
    here.onlyHere.push({ id, model, billableTokens, isFailure, isGenuine, cost: litellmCost ?? 0n })
  }
  return here
}

/** Minted for the key, or taken from a row of LiteLLM's: nothing else becomes an event. */
function isGenuineId(ctx: ServiceContext, identity: string, keyHash: string): boolean {
  const id = identity.replace(/:failure$/, '')
  return id.startsWith('slog:') || isMintedEventId(ctx.env.litellm.webhookSecret, id, keyHash, hmacHex)
}

async function countedOf(ctx: ServiceContext, span: DaySpan, day: string): Promise<DayBooks['counted']> {
  if (!span.isWhole) return 'running'
  const totals = await ctx.litellm.dayTotals(day, span.keyHash)
  if (!totals) return null
  return { ...totals, cost: parseLitellmCost(totals.costUsd, MOST_PER_DAY) ?? 0n }
}

function showTotals(counted: DayBooks['counted']): Record<string, string> | null {
  if (counted === null || counted === 'running') return null
  const { successes, failures, cost } = counted
  return { successes: successes.toString(), failures: failures.toString(), cost: showCost(cost) }
}
