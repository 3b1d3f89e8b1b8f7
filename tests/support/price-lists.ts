import { usd } from '#lib/money/units.ts'
import { DEFAULT_SCHEDULE, type Schedule } from '#lib/pricing/schedule.ts'
import { inUsd } from './expected-report.ts'

type PriceList = Omit<Schedule, 'version' | 'effectiveFrom'>

const { tiers, multipliers } = DEFAULT_SCHEDULE

/** What an admin of the tests publishes: the default, the same by slices, and one with other numbers. */
export const PRICE_LISTS: readonly [PriceList, ...PriceList[]] = [
  { mode: 'volume', tiers, multipliers },
  { mode: 'graduated', tiers, multipliers },
  {
    mode: 'volume',
    tiers: [
      { name: 'Small', upTo: 50_000n, usdPer1K: usd(3_333_333n), discountBps: 1n },
      { name: 'Large', upTo: null, usdPer1K: usd(1_111_111n), discountBps: 3_333n },
    ],
    multipliers: [
      { all: ['gpt'], bps: 7_777n },
      { all: [], bps: 12_345n },
    ],
  },
]

/** A schedule as `admin/publish_schedule` takes it. */
export const scheduleArguments = (schedule: Omit<Schedule, 'version'>) => ({
  effectiveFrom: schedule.effectiveFrom,
  mode: schedule.mode,
  tierNames: schedule.tiers.map(({ name }) => name),
  tierUpTo: schedule.tiers.map(({ upTo }) => upTo),
  tierUsdPer1K: schedule.tiers.map(({ usdPer1K }) => inUsd(usdPer1K)),
  tierDiscountBps: schedule.tiers.map(({ discountBps }) => discountBps),
  multiplierParts: schedule.multipliers.map(({ all }) => all),
  multiplierBps: schedule.multipliers.map(({ bps }) => bps),
})
