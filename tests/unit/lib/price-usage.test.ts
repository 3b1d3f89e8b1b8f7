import { describe, expect, test } from 'vitest'
import { formatFlow, formatUsd, parseUsdPerFlow } from '#lib/money/decimal.ts'
import { usdPerFlow, usd } from '#lib/money/units.ts'
import { multiplierBps, priceUsage, usdToFlow } from '#lib/pricing/price-usage.ts'
import { DEFAULT_SCHEDULE, type Mode, validateSchedule } from '#lib/pricing/schedule.ts'
import vectors from '../../vectors/pricing.json' with { type: 'json' }

const usageOf = (tokens: Record<string, string | undefined>) =>
  new Map(Object.entries(tokens).map(([model, count]) => [model, BigInt(count ?? 0)]))

describe('every published price is reproduced to the last 1e-8', () => {
  test.each(vectors.map((vector, i) => ({ i, ...vector })))('vector $i: $mode $tier', (vector) => {
    const schedule = { ...DEFAULT_SCHEDULE, mode: vector.mode as Mode }
    const price = priceUsage(schedule, usageOf(vector.usage))
    expect(price.tier.name).toBe(vector.tier)
    expect(formatUsd(price.usd)).toBe(vector.usd)
    expect(formatFlow(usdToFlow(price.usd, parseUsdPerFlow(vector.usdPerFlow)))).toBe(vector.flow)
  })
})

test.each([
  ['claude-3-opus', 15_000n],
  ['anthropic/claude-3-5-haiku', 8_000n],
  ['claude-3-5-sonnet', 12_000n],
  ['llama-3-70b', 6_000n],
  ['gpt-4o', 15_000n],
  ['gpt-3.5-turbo', 8_000n],
  ['mistral-large', 10_000n],
])('the first multiplier that matches %s applies', (model, bps) => {
  expect(multiplierBps(DEFAULT_SCHEDULE, model)).toBe(bps)
})

test('a rate of zero is refused, not divided by', () => {
  expect(() => usdToFlow(usd(1n), usdPerFlow(0n))).toThrow(/rate of FLOW in USD must be above 0/)
})

test('the schedule of a fresh deployment has no fault', () => {
  expect(validateSchedule(DEFAULT_SCHEDULE)).toEqual([])
})

test('each fault of a schedule gets its own sentence', () => {
  const [starter, growth, scale, enterprise] = DEFAULT_SCHEDULE.tiers
  if (!starter || !growth || !scale || !enterprise) throw new Error('the default schedule has four tiers')
  const faultsOf = (tiers: (typeof starter)[]) => validateSchedule({ ...DEFAULT_SCHEDULE, tiers })
  expect(faultsOf([])).toEqual(['A schedule needs at least one tier.'])
  expect(faultsOf([growth, starter, enterprise])).toContain('Starter: tiers must ascend.')
  expect(faultsOf([starter, growth])).toEqual(['Growth: the last tier must be open.'])
  expect(faultsOf([enterprise, starter])).toContain('Enterprise: only the last tier may be open.')
  expect(faultsOf([starter, { ...enterprise, discountBps: 10_001n }])).toContain(
    'Enterprise: the discount is not 0% to 100%.',
  )
  expect(faultsOf([starter, { ...enterprise, usdPer1K: usd(9_000_000n) }])).toEqual([
    'Enterprise: the price after discount rises above that of Starter.',
  ])
  expect(validateSchedule({ ...DEFAULT_SCHEDULE, multipliers: [{ all: ['x'], bps: 0n }] })).toEqual([
    'The last multiplier must match every model.',
    'Multiplier of x: must be above 0.',
  ])
})
