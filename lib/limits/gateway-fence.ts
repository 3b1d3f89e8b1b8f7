import type { Usd } from '../money/units.ts'
import { BPS, effectiveRate, type Schedule } from '../pricing/schedule.ts'
import type { LimitMetric } from './judge-limit.ts'

/** LiteLLM's own dollars, in units of 1e-12. */
type GatewayCost = bigint

/**
 * Two windows' worth: LiteLLM starts its windows anew up to minutes late, so the end of one counts towards the next.
 */
const WINDOWS = 2n
/**
 * LiteLLM reserves a call's worst case before it sends it, 16,384 tokens when the caller sets no maximum: this many
 * calls may be under way without being refused by their reservations.
 */
const RESERVED_TOKENS = 16_384n * 64n

/** The most tokens that an amount of USD can buy: all at the last tier's rate, of the cheapest models. */
function mostTokens(schedule: Schedule, amount: Usd): bigint {
  const rates = schedule.tiers.map(effectiveRate)
  const multipliers = schedule.multipliers.map(({ bps }) => bps)
  const [rate, multiplier] = [least(rates), least(multipliers)]
  if (rate === null || multiplier === null || rate === 0n) return -1n
  // USD per 1K tokens is in 1e-8, the rate after discount in 1e-4 of it, the multiplier in basis points.
  return (amount * 1_000n * BPS * BPS) / (rate * multiplier) + 1n
}

const least = (all: readonly bigint[]): bigint | null =>
  all.reduce<bigint | null>((low, each) => (low === null || each < low ? each : low), null)

/**
 * A budget in LiteLLM's own dollars that usage within a limit can't reach: a second fence, for when nobody counts here.
 * `tokenCost` is what the dearest token of any served model costs there. Null: dollars don't bound this limit.
 */
export function gatewayFence(
  limit: { readonly metric: LimitMetric; readonly amount: bigint },
  tokenCost: GatewayCost,
  schedule: Schedule,
): GatewayCost | null {
  // A request may be of any size.
  if (limit.metric === 'requests' || tokenCost <= 0n) return null
  const tokens = limit.metric === 'tokens' ? limit.amount : mostTokens(schedule, limit.amount as Usd)
  return tokens < 0n ? null : (tokens * WINDOWS + RESERVED_TOKENS) * tokenCost
}
