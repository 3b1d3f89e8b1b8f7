import { AppError } from '../errors/app-error.ts'
import { type Usd, usd } from '../money/units.ts'
import { multiplierBps } from './price-usage.ts'
import { BPS, effectiveRate, type Schedule } from './schedule.ts'

const DIVISOR = 1_000n * BPS * BPS

/** The most that further tokens of any model can add to a period's price. */
export function worstPrice(schedule: Schedule, tokens: bigint): Usd {
  return atFirstTier(
    schedule,
    tokens,
    schedule.multipliers.reduce((top, { bps }) => (bps > top ? bps : top), 0n),
  )
}

/** The most that further tokens of one model can add to a period's price. */
export const worstPriceOf = (schedule: Schedule, tokens: bigint, model: string): Usd =>
  atFirstTier(schedule, tokens, multiplierBps(schedule, model))

/** Rounded up; an upper bound in both modes because rates never rise from tier to tier. */
function atFirstTier(schedule: Schedule, tokens: bigint, multiplier: bigint): Usd {
  const [first] = schedule.tiers
  if (!first) throw new AppError('schedule_invalid', 'The schedule has no tier.')
  return usd((tokens * effectiveRate(first) * multiplier + DIVISOR - 1n) / DIVISOR)
}
