import { priceTokens } from '#lib/credits/price-request.ts'
import { correctCharge } from '#services/credits/index.ts'
import { findMetered } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { listCountedHolds } from '../store.ts'
import { readHoldFacts, termsOf } from './hold-facts.ts'

/** The truth of a call has arrived by then, if it ever does. */
const WITHIN_MS = 3 * 86_400_000
const TOGETHER = 500

/**
 * Requests that were charged by our own count, because their model told none: when what was really used has become
 * known by another road, what was charged above it is given back. How many were corrected.
 */
export async function correctCounted(ctx: ServiceContext): Promise<number> {
  const since = new Date(ctx.clock().getTime() - WITHIN_MS)
  const holds = await listCountedHolds(ctx.db, since, TOGETHER)
  const metered = await findMetered(
    ctx,
    holds.map(({ id }) => id),
  )
  let corrected = 0
  for (const { id, facts } of holds) {
    const [call, known] = [metered.get(id), readHoldFacts(facts)]
    if (!call || !known) continue
    const told = { requestId: known.requestId, model: known.model, reason: 'usage_corrected' }
    const cost = priceTokens(termsOf(known), call.billableTokens)
    if ((await correctCharge(ctx, { holdId: id, cost, facts: told })) > 0n) corrected += 1
  }
  return corrected
}
