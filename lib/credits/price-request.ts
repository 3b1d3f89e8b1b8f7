import { type Usd, usd } from '../money/units.ts'
import { BPS } from '../pricing/schedule.ts'
import { type CreditTier, findBaseCost, type Power, type PriceList } from './price-list.ts'

export interface PricedRequest {
  readonly provider: string
  readonly model: string
  readonly power: Power
  readonly tier: CreditTier
}

const TOKENS_PER_PRICE = 1_000n

/**
 * What tokens cost in credits, in units of 1e-8 USD: multiplied out, divided once, rounded down. Null when the price
 * list doesn't name the model: such a request is refused, it is not free.
 */
export function priceRequest(list: PriceList, request: PricedRequest, tokens: bigint): Usd | null {
  const baseCost = findBaseCost(list, request.provider, request.model)
  if (baseCost === null) return null
  const factor = list.powers[request.power].bps * (BPS + list.tiers[request.tier].markupBps)
  return usd((tokens * baseCost * factor) / (TOKENS_PER_PRICE * BPS * BPS))
}
