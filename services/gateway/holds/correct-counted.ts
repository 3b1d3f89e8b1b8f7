import { priceTokens } from '#lib/credits/price-request.ts'
import { correctCharge } from '#services/credits/index.ts'
import { findMetered, type MeteredCall } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { isRefusedData } from '#services/platform/db/sql-state.ts'
import { type HoldCursor, listCountedHolds } from '../store.ts'
import { readHoldFacts, termsOf } from './hold-facts.ts'

/** The truth of a call has arrived by then, if it ever does. */
const WITHIN_MS = 3 * 86_400_000
const TOGETHER = 500

type CountedHold = Awaited<ReturnType<typeof listCountedHolds>>[number]

/**
 * Requests that were charged by our own count, because their model told none: when what was really used has become
 * known by another road, what was charged above it is given back. How many were corrected.
 */
export async function correctCounted(ctx: ServiceContext): Promise<number> {
  let after: HoldCursor = { endedAt: new Date(ctx.clock().getTime() - WITHIN_MS), id: '' }
  let corrected = 0
  // Not every one that is listed is due something back, so those behind are looked at in the same round.
  for (;;) {
    const holds = await listCountedHolds(ctx.db, after, TOGETHER)
    const metered = await findMetered(
      ctx,
      holds.map(({ id }) => id),
    )
    for (const hold of holds) {
      const call = metered.get(hold.id)
      if (call && (await isCorrected(ctx, hold, call))) corrected += 1
    }
    const last = holds.at(-1)
    if (!last?.endedAt || holds.length < TOGETHER) return corrected
    after = { endedAt: last.endedAt, id: last.id }
  }
}

/** What the database refuses to give back keeps nobody else from their own. */
async function isCorrected(ctx: ServiceContext, { id, facts }: CountedHold, call: MeteredCall): Promise<boolean> {
  const known = readHoldFacts(facts)
  if (!known) return false
  const told = { requestId: known.requestId, model: known.model, reason: 'usage_corrected' }
  const cost = priceTokens(termsOf(known), call.billableTokens)
  try {
    return (await correctCharge(ctx, { holdId: id, cost, facts: told })) > 0n
  } catch (err) {
    if (!isRefusedData(err)) throw err
    ctx.log.error({ err, holdId: id }, 'a counted request was not corrected')
    return false
  }
}
