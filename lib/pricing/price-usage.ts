import { AppError } from '../errors/app-error.ts'
import { lowerCaseAscii } from '../metering/model-name.ts'
import { apportion } from '../money/apportion.ts'
import { type Flow, flow, UNITS, type Usd, usd, type UsdPerFlow } from '../money/units.ts'
import { BPS, effectiveRate, type Schedule, type Tier } from './schedule.ts'

/** Tokens by model (LiteLLM's configured name) in one billing period. */
export type Usage = ReadonlyMap<string, bigint>

export interface Price {
  readonly usd: Usd
  /** The tier that the period's total falls into. */
  readonly tier: Tier
  readonly totalTokens: bigint
}

/** USD per 1K is in 1e-8, discount and multiplier in basis points: 1e3 · 1e4 · 1e4. */
const DIVISOR = 1_000n * BPS * BPS

const total = (usage: Usage): bigint => [...usage.values()].reduce((sum, tokens) => sum + tokens, 0n)

/** Basis points of the first multiplier whose every part the lower-cased model name contains. */
export function multiplierBps(schedule: Schedule, model: string): bigint {
  // Cadence composes every text (NFC): to it the sign for kelvin is the letter K.
  const name = lowerCaseAscii(model.normalize('NFC'))
  const match = schedule.multipliers.find(({ all }) => all.every((part) => name.includes(part)))
  if (!match) throw new AppError('schedule_invalid', 'The schedule has no multiplier for this model.')
  return match.bps
}

/** The tier that a number of tokens in a period falls into; bounds are inclusive. */
function tierOf(schedule: Schedule, tokens: bigint): Tier {
  const tier = schedule.tiers.find(({ upTo }) => upTo === null || tokens <= upTo)
  if (!tier) throw new AppError('schedule_invalid', 'The schedule has no open last tier.')
  return tier
}

/** Σ slice · rate over the tiers: one slice in volume mode, each tier's own in graduated mode. */
function ratedTokens(schedule: Schedule, tokens: bigint): bigint {
  if (schedule.mode === 'volume') return tokens * effectiveRate(tierOf(schedule, tokens))
  let below = 0n
  let sum = 0n
  for (const tier of schedule.tiers) {
    const top = tier.upTo === null || tier.upTo > tokens ? tokens : tier.upTo
    if (top > below) sum += (top - below) * effectiveRate(tier)
    below = top > below ? top : below
  }
  return sum
}

const weightedTokens = (schedule: Schedule, usage: Usage): bigint =>
  [...usage].reduce((sum, [model, tokens]) => sum + tokens * multiplierBps(schedule, model), 0n)

/** The price of a period's usage: all terms multiplied first, divided once, rounded down. */
export function priceUsage(schedule: Schedule, usage: Usage): Price {
  const tokens = total(usage)
  const tier = tierOf(schedule, tokens)
  if (tokens === 0n) return { usd: usd(0n), tier, totalTokens: 0n }
  const product = ratedTokens(schedule, tokens) * weightedTokens(schedule, usage)
  return { usd: usd(product / (tokens * DIVISOR)), tier, totalTokens: tokens }
}

export interface ModelShare {
  readonly model: string
  readonly tokens: bigint
  readonly usd: Usd
}

/**
 * Splits a period's price over its models in proportion to weighted tokens, by largest remainder:
 * the shares add up to the price to 1e-8.
 */
export function shareByModel(schedule: Schedule, usage: Usage): ModelShare[] {
  // Equal remainders go by name, whatever order the models come in.
  const models = [...usage].sort(([a], [b]) => (a < b ? -1 : 1))
  const weights = models.map(([model, tokens]) => tokens * multiplierBps(schedule, model))
  const shares = apportion(priceUsage(schedule, usage).usd, weights)
  return models.map(([model, tokens], i) => ({ model, tokens, usd: usd(shares[i] ?? 0n) }))
}

/** What a charge in USD is in FLOW at a rate; the remainder is dropped, in the customer's favour. */
export function usdToFlow(amount: Usd, rate: UsdPerFlow): Flow {
  if (rate <= 0n) throw new AppError('invalid_amount', 'The rate of FLOW in USD must be above 0.')
  return flow((amount * UNITS) / rate)
}

/** What an amount of FLOW is worth in USD at a rate, rounded down. */
export function flowToUsd(amount: Flow, rate: UsdPerFlow): Usd {
  return usd((amount * rate) / UNITS)
}
