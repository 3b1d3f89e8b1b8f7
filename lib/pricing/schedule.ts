import { type Usd, usd } from '../money/units.ts'

/** 100% in basis points. */
export const BPS = 10_000n

export type Mode = 'volume' | 'graduated'

/** `upTo` is inclusive, in tokens of the period; the last tier is open (null). */
export interface Tier {
  readonly name: string
  readonly upTo: bigint | null
  readonly usdPer1K: Usd
  readonly discountBps: bigint
}

/** Applies to a lower-cased model name that contains every one of `all`; an empty list matches every name. */
export interface Multiplier {
  readonly all: readonly string[]
  readonly bps: bigint
}

/** Prices of a period's usage, as the chain keeps them. Only the first multiplier that matches applies. */
export interface Schedule {
  readonly version: bigint
  /** First period (YYYYMM, UTC month) that it prices. */
  readonly effectiveFrom: number
  readonly mode: Mode
  readonly tiers: readonly Tier[]
  readonly multipliers: readonly Multiplier[]
}

/** The schedule that a fresh deployment publishes as version 1. */
export const DEFAULT_SCHEDULE: Schedule = {
  version: 1n,
  effectiveFrom: 0,
  mode: 'volume',
  tiers: [
    { name: 'Starter', upTo: 100_000n, usdPer1K: usd(2_000_000n), discountBps: 0n },
    { name: 'Growth', upTo: 1_000_000n, usdPer1K: usd(1_500_000n), discountBps: 1_000n },
    { name: 'Scale', upTo: 10_000_000n, usdPer1K: usd(1_000_000n), discountBps: 2_000n },
    { name: 'Enterprise', upTo: null, usdPer1K: usd(800_000n), discountBps: 3_000n },
  ],
  multipliers: [
    { all: ['claude', 'opus'], bps: 15_000n },
    { all: ['claude', 'haiku'], bps: 8_000n },
    { all: ['claude'], bps: 12_000n },
    { all: ['llama'], bps: 6_000n },
    { all: ['gpt-4'], bps: 15_000n },
    { all: ['gpt-3.5'], bps: 8_000n },
    { all: [], bps: 10_000n },
  ],
}

/** Price per 1K tokens after the discount, in units of 1e-8 USD times 1e4. */
export const effectiveRate = (tier: Tier): bigint => tier.usdPer1K * (BPS - tier.discountBps)

function tierFaults(tiers: readonly Tier[]): string[] {
  const faults: string[] = []
  if (tiers.length === 0) faults.push('A schedule needs at least one tier.')
  tiers.forEach((tier, i) => {
    const before = tiers[i - 1]
    const last = i === tiers.length - 1
    if (tier.usdPer1K < 0n) faults.push(`${tier.name}: the price is below 0.`)
    if (tier.discountBps < 0n || tier.discountBps > BPS) faults.push(`${tier.name}: the discount is not 0% to 100%.`)
    if (last && tier.upTo !== null) faults.push(`${tier.name}: the last tier must be open.`)
    if (!last && tier.upTo === null) faults.push(`${tier.name}: only the last tier may be open.`)
    if (tier.upTo !== null && tier.upTo <= (before?.upTo ?? 0n)) faults.push(`${tier.name}: tiers must ascend.`)
    if (before && effectiveRate(tier) > effectiveRate(before)) {
      faults.push(`${tier.name}: the price after discount rises above that of ${before.name}.`)
    }
  })
  return faults
}

/** What is wrong with a schedule, a sentence each; empty when it may be published. */
export function validateSchedule(schedule: Schedule): string[] {
  const faults = tierFaults(schedule.tiers)
  if (schedule.multipliers.at(-1)?.all.length !== 0) faults.push('The last multiplier must match every model.')
  for (const { all, bps } of schedule.multipliers) {
    if (bps <= 0n) faults.push(`Multiplier of ${all.join('+') || 'other models'}: must be above 0.`)
  }
  return faults
}
