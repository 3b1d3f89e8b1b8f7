import { usd, usdPerFlow } from '#lib/money/units.ts'
import { nextPeriod, periodStart } from '#lib/period/period.ts'
import { priceUsage, usdToFlow } from '#lib/pricing/price-usage.ts'
import type { Schedule } from '#lib/pricing/schedule.ts'
import { periodAt } from './approvals-model.ts'

/** What a reading says; `usage` is cumulative for its period. */
export interface ReadingModel {
  readonly period: number
  readonly sequence: bigint
  readonly models: readonly string[]
  readonly tokens: readonly bigint[]
  readonly root: string
  readonly eventCount: bigint
}

/** What decides over a reading beside the vault's own meters. */
interface Circumstances {
  readonly world: {
    readonly now: number
    readonly graceSeconds: number
    readonly rate: { readonly usdPerFlow: bigint }
    readonly schedules: readonly Schedule[]
  }
  readonly closed: boolean
  /** The most that the period may have been charged, given what it was charged; null is any amount. */
  readonly limitUsd: (charged: bigint) => bigint | null
}

export interface MeterModel {
  readonly scheduleVersion: bigint
  readonly usage: ReadonlyMap<string, bigint>
  readonly root: string
  readonly eventCount: bigint
  readonly chargedUsd: bigint
  readonly tier: string
}

export const MAX_RAW = 2n ** 64n - 1n
const MAX_MODELS = 32
const LONGEST_STEP = 2n ** 32n

export const endOf = (period: number): number => periodStart(nextPeriod(period)).getTime() / 1_000

/** The version that prices a period. */
export const scheduleFor = (schedules: readonly Schedule[], period: number): Schedule => {
  const found = schedules.findLast(({ effectiveFrom }) => effectiveFrom <= period)
  if (!found) throw new Error(`No schedule prices ${period}.`)
  return found
}

/** A vault's periods, charges and credit, computed without the contract. Amounts in units of 1e-8. */
export class UsageModel {
  sequence = 0n
  lastPeriod = 0
  latestPeriod = 0
  creditUsd = 0n
  readonly meters = new Map<number, MeterModel>()

  /** Takes a reading; returns what it makes due in FLOW, or why it is skipped. */
  settle(reading: ReadingModel, circumstances: Circumstances): bigint | string {
    const { now, graceSeconds, schedules, rate } = circumstances.world
    const reason = this.outOfTurn(reading) ?? faultOf(reading) ?? periodRefusal(reading.period, now, graceSeconds)
    if (reason !== null) return reason
    const known = this.meters.get(reading.period)
    const usage = new Map(reading.models.map((model, i) => [model, reading.tokens[i] ?? 0n]))
    if (known && hasFallen(known, reading.eventCount, usage)) return 'count_fell'
    const schedule = scheduleFor(schedules, reading.period)
    const price = priceUsage(schedule, usage)
    if (price.usd > MAX_RAW) return 'out_of_range'
    const charge = this.charge(price.usd, known?.chargedUsd ?? 0n, circumstances.limitUsd(known?.chargedUsd ?? 0n))
    if (circumstances.closed) return 'vault_closed'
    const { root, eventCount, period, sequence } = reading
    const scheduleVersion = schedule.version
    const tier = price.tier.name
    this.meters.set(period, { scheduleVersion, usage, root, eventCount, chargedUsd: charge.chargedUsd, tier })
    this.creditUsd = charge.creditUsd
    this.sequence = sequence
    this.lastPeriod = period
    this.latestPeriod = Math.max(this.latestPeriod, period)
    return usdToFlow(usd(charge.dueUsd), usdPerFlow(rate.usdPerFlow))
  }

  /** A fall in price becomes credit; a rise, up to the limit, uses credit first. */
  private charge(price: bigint, charged: bigint, limit: bigint | null) {
    const { creditUsd } = this
    if (price < charged) return { dueUsd: 0n, chargedUsd: price, creditUsd: creditUsd + charged - price }
    const target = limit !== null && limit < price ? limit : price
    if (target <= charged) return { dueUsd: 0n, chargedUsd: charged, creditUsd }
    const rise = target - charged
    const used = rise < creditUsd ? rise : creditUsd
    return { dueUsd: rise - used, chargedUsd: target, creditUsd: creditUsd - used }
  }

  private outOfTurn(reading: ReadingModel): string | null {
    if (reading.sequence === 0n || reading.sequence < this.sequence) return 'sequence_too_low'
    if (reading.sequence > this.sequence + LONGEST_STEP) return 'sequence_too_high'
    if (reading.sequence > this.sequence) return null
    const meter = this.meters.get(this.lastPeriod)
    const same =
      meter?.root === reading.root &&
      meter.eventCount === reading.eventCount &&
      meter.usage.size === reading.models.length &&
      reading.models.every((model, i) => meter.usage.get(model) === reading.tokens[i])
    return same && reading.period === this.lastPeriod ? 'duplicate' : 'sequence_reused'
  }
}

function faultOf({ period, models, root }: ReadingModel): string | null {
  if (period % 100 < 1 || period % 100 > 12) return 'period_invalid'
  if (models.length > MAX_MODELS) return 'too_many_models'
  if (!/^[0-9a-f]{64}$/.test(root)) return 'root_invalid'
  for (const [i, model] of models.entries()) {
    if (!/^[a-z0-9._:/@-]{1,128}$/.test(model)) return 'model_name_invalid'
    if (models.indexOf(model) !== i) return 'model_repeated'
  }
  return null
}

function periodRefusal(period: number, now: number, graceSeconds: number): string | null {
  if (period > periodAt(now)) return 'period_in_future'
  return now >= endOf(period) + graceSeconds ? 'period_closed' : null
}

const hasFallen = (known: MeterModel, eventCount: bigint, usage: ReadonlyMap<string, bigint>): boolean =>
  eventCount < known.eventCount || [...known.usage].some(([model, tokens]) => (usage.get(model) ?? -1n) < tokens)
