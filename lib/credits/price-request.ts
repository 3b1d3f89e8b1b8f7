import { type Usd, usd } from '../money/units.ts'
import { BPS } from '../pricing/schedule.ts'
import { type CreditTier, findBaseCost, type Power, type PriceList } from './price-list.ts'

export interface PricedRequest {
  readonly provider: string
  readonly model: string
  readonly power: Power
  readonly tier: CreditTier
}

/** What prices a request's tokens, fixed before it is sent: a list that changes meanwhile changes nothing of it. */
export interface PriceTerms {
  readonly usdPer1K: Usd
  readonly powerBps: bigint
  readonly markupBps: bigint
  /** Part of the price that is charged: all of it, or the fee for a request on the customer's own key. */
  readonly shareBps: bigint
}

const TOKENS_PER_PRICE = 1_000n
const DIVISOR = TOKENS_PER_PRICE * BPS * BPS * BPS

/** Null when the price list doesn't name the model: such a request is refused, it is not free. */
export function findPriceTerms(list: PriceList, request: PricedRequest, shareBps: bigint = BPS): PriceTerms | null {
  const usdPer1K = findBaseCost(list, request.provider, request.model)
  if (usdPer1K === null) return null
  const { bps: powerBps } = list.powers[request.power]
  return { usdPer1K, powerBps, markupBps: list.tiers[request.tier].markupBps, shareBps }
}

/** Price of `DIVISOR` tokens. */
const rateOf = ({ usdPer1K, powerBps, markupBps, shareBps }: PriceTerms): bigint =>
  usdPer1K * powerBps * (BPS + markupBps) * shareBps

export const isFree = (terms: PriceTerms): boolean => rateOf(terms) === 0n

/** What tokens cost, in units of 1e-8 USD: multiplied out, divided once, rounded down. */
export const priceTokens = (terms: PriceTerms, tokens: bigint): Usd => usd((tokens * rateOf(terms)) / DIVISOR)

/** The most tokens that an amount pays for. Of a price above 0 only. */
export const tokensFor = (terms: PriceTerms, amount: Usd): bigint => ((amount + 1n) * DIVISOR - 1n) / rateOf(terms)

/** What tokens of a request cost in credits; null when the price list doesn't name the model. */
export function priceRequest(list: PriceList, request: PricedRequest, tokens: bigint): Usd | null {
  const terms = findPriceTerms(list, request)
  return terms && priceTokens(terms, tokens)
}
