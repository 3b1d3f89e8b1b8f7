import type { ServiceContext } from '#services/platform/context.ts'
import { endAsFailed, endAsSettled, endAsSettledElsewhere, type Verdict, Verdicts } from './confirm-reading.ts'
import { type ReadingRow, replan } from './store.ts'

/** A transaction that the chain does not know this long after it was sent is sent anew; the contract takes one. */
const LOST_AFTER_MS = 10_000
/** Blocks in which a settled reading is looked for when its transaction's id was lost. */
const SEARCH_BLOCKS = 600
const SEARCH_STEP = 200

type SettledVerdict = Extract<Verdict, { kind: 'settled' }>
export type Resolution = 'ended' | 'waiting' | 'planned'

/**
 * Finds out what became of a submitted reading, from the transactions that were tried and then from the chain itself,
 * and writes it down. A process that died at any moment comes back to here.
 */
export async function resolveReading(
  ctx: ServiceContext,
  reading: ReadingRow,
  outcomes = new Outcomes(ctx),
): Promise<Resolution> {
  const tried = reading.txIds.toReversed()
  const found = await Promise.all(tried.map((txId) => outcomes.of(txId, reading)))
  const sealed = found.filter(({ status }) => status.state === 'sealed').map(({ verdicts }) => verdicts.of(reading))
  // Whatever a later transaction says of it: one that settled it has.
  const settled = sealed.find(({ kind }) => kind === 'settled')
  if (settled) return resolveSealed(ctx, reading, settled)
  const states = found.map(({ status }) => status.state)
  if (states.includes('pending') || (states.includes('unknown') && !isLost(ctx, reading))) return 'waiting'
  const [latest] = sealed
  if (latest) {
    // Of a transaction that the node has forgotten, the chain's events tell.
    const forgotten = states.includes('unknown') ? await searchSettlement(ctx, reading) : null
    return resolveSealed(ctx, reading, forgotten ?? latest)
  }
  const failure = found.map(({ status }) => (status.state === 'failed' ? status.error.message : null)).find(Boolean)
  await replan(ctx.db, [reading.id], failure ?? 'the transaction never arrived')
  return 'planned'
}

interface TransactionOutcome {
  readonly status: Awaited<ReturnType<ServiceContext['chain']['status']>>
  readonly verdicts: Verdicts
}

/** What became of transactions: of one that ended it is asked once for all of its readings. */
export class Outcomes {
  private readonly ended = new Map<string, TransactionOutcome>()
  private readonly ctx: ServiceContext

  constructor(ctx: ServiceContext) {
    this.ctx = ctx
  }

  async of(txId: string, { preparedHeight }: ReadingRow): Promise<TransactionOutcome> {
    const known = this.ended.get(txId)
    if (known) return known
    const status = await this.ctx.chain.status(txId, preparedHeight ?? undefined)
    const outcome = { status, verdicts: new Verdicts(status.state === 'sealed' ? status.events : []) }
    if (status.state === 'sealed') this.ended.set(txId, outcome)
    return outcome
  }
}

const isLost = (ctx: ServiceContext, { submittedAt }: ReadingRow): boolean =>
  submittedAt === null || ctx.clock().getTime() - submittedAt.getTime() > LOST_AFTER_MS

async function resolveSealed(ctx: ServiceContext, reading: ReadingRow, verdict: Verdict): Promise<Resolution> {
  if (verdict.kind === 'settled') await endAsSettled(ctx, reading, verdict.event, verdict.txId)
  else if (verdict.kind === 'skipped' && verdict.reason === 'duplicate') await endAsDuplicate(ctx, reading)
  else await endAsFailed(ctx, reading, verdict.kind === 'skipped' ? verdict.reason : 'not_mentioned')
  return 'ended'
}

/** The vault has this very reading already: another transaction brought it, whose id was lost with the process. */
async function endAsDuplicate(ctx: ServiceContext, reading: ReadingRow): Promise<void> {
  const found = await searchSettlement(ctx, reading)
  if (found) await endAsSettled(ctx, reading, found.event, found.txId)
  else await endAsSettledElsewhere(ctx, reading)
}

/** The settlement of a reading by a transaction that is not known; null when none is found. */
async function searchSettlement(ctx: ServiceContext, reading: ReadingRow): Promise<SettledVerdict | null> {
  const type = ctx.chain.eventType('UsageBasedSubscriptions.ReadingSettled')
  const latest = (await ctx.chain.latestBlock()).height
  const lowest = Math.max(0, Math.min(reading.preparedHeight ?? latest, latest) - SEARCH_BLOCKS)
  for (let to = latest; to >= lowest; to -= SEARCH_STEP) {
    const events = await ctx.chain.events(type, Math.max(lowest, to - SEARCH_STEP + 1), to)
    const verdict = new Verdicts(events).of(reading)
    if (verdict.kind === 'settled') return verdict
  }
  return null
}
