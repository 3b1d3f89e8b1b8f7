import { AppError } from '../errors/app-error.ts'
import { type Usd, usd } from '../money/units.ts'
import { multiplierBps } from './price-usage.ts'
import { BPS, effectiveRate, type Schedule } from './schedule.ts'

const DIVISOR = 1_000n * BPS * BPS

/**
 * The most that further tokens of any model can add to a period's price, rounded up: all at the first tier's effective
 * rate. An upper bound in both modes because rates never rise from tier to tier.
 */
export const worstPrice = (schedule: Schedule, tokens: bigint): Usd => priceAt(rateOf(schedule, null), tokens)

/** The same for tokens of one model. */
export const worstPriceOf = (schedule: Schedule, tokens: bigint, model: string): Usd =>
  priceAt(rateOf(schedule, model), tokens)

/** The most tokens whose worst price an amount covers, of a model or of any. Of a price above 0 only. */
export function tokensWithin(schedule: Schedule, amount: Usd, model: string | null = null): bigint {
  const rate = rateOf(schedule, model)
  return rate === 0n ? 0n : (amount * DIVISOR) / rate
}

const priceAt = (rate: bigint, tokens: bigint): Usd => usd((tokens * rate + DIVISOR - 1n) / DIVISOR)

/** Price of `DIVISOR` tokens in the first tier; null: of the model that costs most. */
function rateOf({ tiers, multipliers, ...schedule }: Schedule, model: string | null): bigint {
  const [first] = tiers
  if (!first) throw new AppError('schedule_invalid', 'The schedule has no tier.')
  const most = () => multipliers.reduce((top, { bps }) => (bps > top ? bps : top), 0n)
  const multiplier = model === null ? most() : multiplierBps({ tiers, multipliers, ...schedule }, model)
  return effectiveRate(first) * multiplier
}
