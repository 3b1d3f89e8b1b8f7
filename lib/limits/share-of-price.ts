import { type Usd, usd } from '../money/units.ts'
import { multiplierBps, priceUsage, type Usage } from '../pricing/price-usage.ts'
import type { Schedule } from '../pricing/schedule.ts'

const weightOf = (schedule: Schedule, usage: Usage): bigint =>
  [...usage].reduce((sum, [model, tokens]) => sum + tokens * multiplierBps(schedule, model), 0n)

/**
 * What a part of an account's usage in a billing period costs: its share of the account's price by weighted tokens,
 * rounded down, so that all parts together never exceed the bill. `part` must be contained in `account`. Like the bill
 * itself it can fall when the account reaches a cheaper tier.
 */
export function shareOfPrice(schedule: Schedule, account: Usage, part: Usage): Usd {
  const whole = weightOf(schedule, account)
  if (whole === 0n) return usd(0n)
  return usd((priceUsage(schedule, account).usd * weightOf(schedule, part)) / whole)
}
