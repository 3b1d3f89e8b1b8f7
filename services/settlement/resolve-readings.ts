import type { ServiceContext } from '#services/platform/context.ts'
import { endAsFailed, endAsSettled, endAsSettledElsewhere, verdictOf } from './confirm-reading.ts'
import { type ReadingRow, replan } from './store.ts'

/** A transaction that the chain does not know this long after it was sent is sent anew; the contract takes one. */
const LOST_AFTER_MS = 10_000
/** Blocks in which a settled reading is looked for when its transaction's id was lost. */
const SEARCH_BLOCKS = 600
const SEARCH_STEP = 200

export type Resolution = 'ended' | 'waiting' | 'planned'

/**
 * Finds out what became of a submitted reading, from the transactions that were tried and then from the chain itself,
 * and writes it down. A process that died at any moment comes back to here.
 */
export async function resolveReading(ctx: ServiceContext, reading: ReadingRow): Promise<Resolution> {
  let waiting = false
  let failure: string | null = null
  for (const txId of reading.txIds.toReversed()) {
    const status = await ctx.chain.status(txId, reading.preparedHeight ?? undefined)
    if (status.state === 'sealed') return resolveSealed(ctx, reading, verdictOf(reading, status.events))
    if (status.state === 'pending') waiting = true
    if (status.state === 'unknown' && !isLost(ctx, reading)) waiting = true
    if (status.state === 'failed') failure ??= status.error.message
  }
  if (waiting) return 'waiting'
  await replan(ctx.db, [reading.id], failure ?? 'the transaction never arrived')
  return 'planned'
}

const isLost = (ctx: ServiceContext, { submittedAt }: ReadingRow): boolean =>
  submittedAt === null || ctx.clock().getTime() - submittedAt.getTime() > LOST_AFTER_MS

async function resolveSealed(
  ctx: ServiceContext,
  reading: ReadingRow,
  verdict: ReturnType<typeof verdictOf>,
): Promise<Resolution> {
  if (verdict.kind === 'settled') await endAsSettled(ctx, reading, verdict.event, verdict.txId)
  else if (verdict.kind === 'skipped' && verdict.reason === 'duplicate') await findSettlement(ctx, reading)
  else await endAsFailed(ctx, reading, verdict.kind === 'skipped' ? verdict.reason : 'not_mentioned')
  return 'ended'
}

/** The vault has this very reading already: another transaction brought it, whose id was lost with the process. */
async function findSettlement(ctx: ServiceContext, reading: ReadingRow): Promise<void> {
  const type = ctx.chain.eventType('UsageBasedSubscriptions.ReadingSettled')
  const latest = (await ctx.chain.latestBlock()).height
  const lowest = Math.max(0, Math.min(reading.preparedHeight ?? latest, latest) - SEARCH_BLOCKS)
  for (let to = latest; to >= lowest; to -= SEARCH_STEP) {
    const events = await ctx.chain.events(type, Math.max(lowest, to - SEARCH_STEP + 1), to)
    const verdict = verdictOf(reading, events)
    if (verdict.kind === 'settled') return endAsSettled(ctx, reading, verdict.event, verdict.txId)
  }
  await endAsSettledElsewhere(ctx, reading)
}
