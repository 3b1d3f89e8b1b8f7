import { isOfAccount } from '#lib/metering/payer.ts'
import type { SpendLogQuery } from '#services/clients/litellm/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { countItems } from '#services/platform/telemetry.ts'
import { keepDeadLetters } from '../dead-letters/keep-dead-letters.ts'
import { factsOfUnreadable, fromSpendLog } from './from-spend-log.ts'
import { ingestEvents } from '../ingest-events.ts'
import {
  claimLogs,
  listPolledKeys,
  type PolledKey,
  type ReadState,
  readState,
  readWatermark,
  releaseLogs,
  saveRead,
  saveWatermark,
} from './store.ts'
import { wellFormed } from '../well-formed.ts'

/** Longest window asked for at once: a poller that was down for long catches up in steps that it can resume after. */
const WINDOW_MS = 6 * 3_600_000
/** LiteLLM's clock may differ from this one. */
const CLOCK_SKEW_MS = 60_000
const MAX_PAGES = 5
const SMALLEST_WINDOW_MS = 60_000
/** A poller that died leaves its keys to others after this; one that takes longer may be joined by another. */
const CLAIM_MS = 120_000

interface PollResult {
  /** Rows read. */
  readonly found: number
  /** Rows that were new events. */
  readonly stored: number
}

interface PollRun extends PollResult {
  readonly keys: number
  /** Keys that could not be read; they are read from where they stopped next time. */
  readonly failed: number
}

const LOG_PREFIX = 'spend-logs:'
const logOf = ({ keyHash, createdAt }: PolledKey): { name: string; position: Date } => ({
  name: `${LOG_PREFIX}${keyHash}`,
  position: new Date(createdAt.getTime() - CLOCK_SKEW_MS),
})

/**
 * Reads a key's rows from its watermark to now, oldest first, and stores what is new. Rows appear late and with the
 * time of their call's start, so the watermark trails behind now by the poll lag, and what lies between is read again.
 */
async function pollKey(ctx: ServiceContext, key: PolledKey): Promise<PollResult> {
  const { pollLagMs } = ctx.env.oracle
  const startedAt = ctx.clock()
  const now = startedAt.getTime()
  const { name, position } = logOf(key)
  let from = (await readWatermark(ctx.db, name)) ?? position
  let found = 0
  let stored = 0
  for (;;) {
    const to = new Date(Math.min(from.getTime() + WINDOW_MS, now + CLOCK_SKEW_MS))
    const read = await readWindow(ctx, key, from, to)
    found += read.found
    stored += read.stored
    const settledTo = new Date(Math.min(to.getTime(), now - pollLagMs))
    if (settledTo > from) await saveWatermark(ctx.db, name, settledTo)
    if (to.getTime() >= now) break
    from = to
  }
  await saveRead(ctx.db, name, position, startedAt)
  return { found, stored }
}

/** All rows of a key in a window. LiteLLM counts no further than some pages, so a full window is read in halves. */
async function readWindow(ctx: ServiceContext, key: PolledKey, from: Date, to: Date): Promise<PollResult> {
  const { keyHash } = key
  const first = await readPage(ctx, key, { keyHash, from, to, page: 1 })
  const width = to.getTime() - from.getTime()
  if (first.totalPages > MAX_PAGES && width > SMALLEST_WINDOW_MS) {
    const middle = new Date(from.getTime() + Math.floor(width / 2))
    return sum(first, await readWindow(ctx, key, from, middle), await readWindow(ctx, key, middle, to))
  }
  let all: PollResult = first
  for (let page = 2; page <= first.totalPages; page += 1) {
    const next = await readPage(ctx, key, { keyHash, from, to, page })
    // There may be fewer pages than were promised.
    if (next.found === 0) break
    all = sum(all, next)
  }
  return all
}

const sum = (...parts: PollResult[]): PollResult => ({
  found: parts.reduce((all, { found }) => all + found, 0),
  stored: parts.reduce((all, { stored }) => all + stored, 0),
})

async function readPage(
  ctx: ServiceContext,
  { vaultId }: PolledKey,
  query: SpendLogQuery,
): Promise<PollResult & { totalPages: number }> {
  const { logs, unreadable, totalPages } = await ctx.litellm.spendLogs(query)
  // The filter is LiteLLM's; who pays must not hang on it.
  const own = logs.filter(({ keyHash }) => keyHash === query.keyHash)
  const items = own.map((log) => fromSpendLog(log, ctx.env.litellm.webhookSecret, isOfAccount(vaultId)))
  const result = await ingestEvents(ctx, { road: 'poll', items })
  countItems('poll', result)
  await keepDeadLetters(
    ctx,
    unreadable.map(({ row, reason }) => ({
      road: 'poll',
      reason: 'invalid_event' as const,
      detail: reason.slice(0, 500),
      payload: wellFormed(factsOfUnreadable(row)),
    })),
  )
  return { found: logs.length + unreadable.length, stored: result.stored, totalPages }
}

/** Reads every key's new rows, BATCH_SIZE keys at a time. A key that fails delays no other. */
export async function pollSpendLogs(ctx: ServiceContext): Promise<PollRun> {
  const keys = await listPolledKeys(ctx.db, ctx.deploymentId, { now: ctx.clock(), lagMs: ctx.env.oracle.pollLagMs })
  return pollKeys(ctx, keys)
}

/**
 * Reads the keys whose turn it is, and that no other process reads: several pollers share the work. A key's turn comes
 * half an interval after it was read last, so that rounds which drift apart miss none.
 */
export async function pollDueKeys(ctx: ServiceContext): Promise<PollRun> {
  const { pollLagMs, pollIntervalMs, batchSize } = ctx.env.oracle
  const keys = await listPolledKeys(ctx.db, ctx.deploymentId, { now: ctx.clock(), lagMs: pollLagMs })
  const run = { keys: 0, found: 0, stored: 0, failed: 0 }
  for (let start = 0; start < keys.length; start += batchSize) {
    const batch = keys.slice(start, start + batchSize)
    const now = ctx.clock()
    const after = (ms: number): Date => new Date(now.getTime() + ms)
    const claim = { now, until: after(CLAIM_MS), dueBefore: after(-pollIntervalMs / 2) }
    const claimed = await claimLogs(ctx.db, batch.map(logOf), claim)
    const mine = batch.filter((key) => claimed.has(logOf(key).name))
    const part = await pollKeys(ctx, mine)
    await releaseLogs(ctx.db, [...claimed], claim.until)
    for (const name of ['keys', 'found', 'stored', 'failed'] as const) run[name] += part[name]
  }
  return run
}

/** Up to which start of calls a key's books have been read for good; null: never. */
export const readUpTo = (ctx: ServiceContext, keyHash: string): Promise<Date | null> =>
  readWatermark(ctx.db, `${LOG_PREFIX}${keyHash}`)

/** LiteLLM may tell a later start of a call than its hold's: the way there, and a clock that is ahead. */
const STARTS_WITHIN_MS = 60_000

/** A hold of the key that was placed by then has its call among those that were read, or never will; null: none has. */
export async function readHoldsUpTo(ctx: ServiceContext, keyHash: string): Promise<Date | null> {
  const position = await readUpTo(ctx, keyHash)
  return position && new Date(position.getTime() - STARTS_WITHIN_MS)
}

/** How far behind the reading of LiteLLM's books is. */
export const getPollState = (ctx: ServiceContext): Promise<ReadState> => readState(ctx.db, ctx.deploymentId, LOG_PREFIX)

/** Reads chosen keys at once, whoever else does. */
export async function pollKeys(ctx: ServiceContext, keys: readonly PolledKey[]): Promise<PollRun> {
  const run = { keys: keys.length, found: 0, stored: 0, failed: 0 }
  for (let start = 0; start < keys.length; start += ctx.env.oracle.batchSize) {
    const batch = keys.slice(start, start + ctx.env.oracle.batchSize)
    const results = await Promise.allSettled(batch.map((key) => pollKey(ctx, key)))
    results.forEach((result, i) => {
      if (result.status === 'fulfilled') {
        run.found += result.value.found
        run.stored += result.value.stored
      } else {
        run.failed += 1
        ctx.log.warn({ err: result.reason, keyHash: batch[i]?.keyHash }, 'spend logs of a key could not be read')
      }
    })
  }
  return run
}
