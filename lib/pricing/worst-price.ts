import { AppError } from '../errors/app-error.ts'
import { type Usd, usd } from '../money/units.ts'
import { BPS, effectiveRate, type Schedule } from './schedule.ts'

/**
 * The most that further tokens can add to a period's price, whatever the model, tier and mode: all at the first tier's
 * effective rate and the largest multiplier, rounded up. An upper bound because rates never rise from tier to tier.
 */
export function worstPrice(schedule: Schedule, tokens: bigint): Usd {
  const [first] = schedule.tiers
  if (!first) throw new AppError('schedule_invalid', 'The schedule has no tier.')
  const most = schedule.multipliers.reduce((top, { bps }) => (bps > top ? bps : top), 0n)
  const divisor = 1_000n * BPS * BPS
  return usd((tokens * effectiveRate(first) * most + divisor - 1n) / divisor)
}
