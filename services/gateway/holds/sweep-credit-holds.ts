import { priceTokens } from '#lib/credits/price-request.ts'
import { createHoldWriter, type HoldVerdict, type JudgeHolds, sweepHolds } from '#services/credits/index.ts'
import { findMetered, type MeteredCall, readHoldsUpTo } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { listOpenReviews, openReview } from '../store.ts'
import { type HoldFacts, readHoldFacts, termsOf } from './hold-facts.ts'

type Hold = Parameters<JudgeHolds>[0][number]

/** A round that ends the holds of requests that nobody ended, from what was metered of them. */
export function createHoldSweeper(): (ctx: ServiceContext) => Promise<number> {
  let writer: ReturnType<typeof createHoldWriter> | null = null
  return async (ctx) => {
    writer ??= createHoldWriter(ctx)
    const ended = await sweepHolds(ctx, writer, (holds) => judge(ctx, holds))
    if (ended > 0) ctx.log.warn({ ended }, 'holds were ended that no request had ended')
    return ended
  }
}

async function judge(ctx: ServiceContext, holds: readonly Hold[]): Promise<HoldVerdict[]> {
  const ids = holds.map(({ id }) => id)
  const [metered, reviewed] = await Promise.all([findMetered(ctx, ids), listOpenReviews(ctx.db, ids)])
  const facts = holds.map((hold) => readHoldFacts(hold.facts))
  const hashes = new Set(facts.flatMap((each) => (each ? [each.keyHash] : [])))
  const read = new Map(
    await Promise.all([...hashes].map(async (hash) => [hash, await readHoldsUpTo(ctx, hash)] as const)),
  )
  const verdicts = holds.map(async (hold, i): Promise<HoldVerdict> => {
    const known = facts[i]
    if (reviewed.has(hold.id)) return { kind: 'wait' }
    if (!known) return { kind: 'lost' }
    const call = metered.get(hold.id)
    // An event without tokens says of a call on an own key only that it was made.
    if (call && !(known.ownKey && call.billableTokens === 0n)) {
      if (isWithinBounds(known, call)) return endingOf(known, call)
      await reviewAbove(ctx, hold, { known, call })
      return { kind: 'wait' }
    }
    // Of a call on an own key no books will ever tell.
    const isLost = known.ownKey || isPast(ctx, hold, read.get(known.keyHash) ?? null)
    return { kind: isLost ? 'lost' : 'wait' }
  })
  return Promise.all(verdicts)
}

function isWithinBounds({ inputBound, outputBound }: HoldFacts, { billableTokens }: MeteredCall): boolean {
  return !inputBound || !outputBound || billableTokens <= BigInt(inputBound) + BigInt(outputBound)
}

/** The hold stands until somebody has looked. */
function reviewAbove(
  ctx: ServiceContext,
  { id, accountId }: Hold,
  { known: { requestId }, call: { billableTokens } }: { known: HoldFacts; call: MeteredCall },
): Promise<void> {
  const usage = { total_tokens: billableTokens.toString() }
  ctx.log.error({ requestId, reason: 'above_hold', usage }, 'usage that can’t be waits for a review')
  const row = { id, accountId, requestId, reason: 'above_hold' as const, reported: { usage } }
  return openReview(ctx.db, { ...row, createdAt: ctx.clock() })
}

/**
 * Whether LiteLLM's books have been read for good up to the request's last try: if it is not in them, it never will be.
 */
function isPast({ env }: ServiceContext, { createdAt, expiresAt }: Hold, placedUpTo: Date | null): boolean {
  const triedAt = new Date(expiresAt.getTime() - env.gateway.timeoutMs - env.gateway.drainMs)
  return placedUpTo !== null && placedUpTo >= createdAt && placedUpTo >= triedAt
}

function endingOf(known: HoldFacts, { status, billableTokens }: MeteredCall): HoldVerdict {
  const { requestId, model, provider, power } = known
  const facts = { requestId, model, provider, power, tokens: billableTokens.toString(), usageSource: 'provider' }
  const cost = status === 'failure' ? null : priceTokens(termsOf(known), billableTokens)
  return { kind: 'ended', cost, facts: { ...facts, endedBy: 'sweeper' } }
}
