import { describe, expect, test } from 'vitest'
import { bucketsOf } from '#lib/period/buckets.ts'
import { distributionOf, isHeavy, nearestRank, sorted } from '#lib/reports/distribution.ts'
import { NO_FIGURES, marginOf } from '#lib/reports/figures.ts'
import { changeOf, percentOf } from '#lib/reports/percent.ts'
import { usd } from '#lib/money/units.ts'

describe('the distribution over users', () => {
  const hundred = sorted(Array.from({ length: 100 }, (_, i) => BigInt(100 - i)))

  test('is by nearest rank', () => {
    expect(distributionOf(hundred)).toEqual({ p50: 50n, p90: 90n, p99: 99n, max: 100n })
    const five = sorted([15n, 20n, 35n, 40n, 50n])
    expect([5, 30, 40, 50, 100].map((percent) => nearestRank(five, percent))).toEqual([15n, 20n, 20n, 35n, 50n])
  })

  test('of one user is that user, and of none 0', () => {
    expect(distributionOf([7n])).toEqual({ p50: 7n, p90: 7n, p99: 7n, max: 7n })
    expect(distributionOf([])).toEqual({ p50: 0n, p90: 0n, p99: 0n, max: 0n })
  })

  test('shows who is heavy: above the 99th percentile or far above the median', () => {
    const spread = distributionOf(hundred)
    expect([99n, 100n].map((amount) => isHeavy(amount, spread, 10n))).toEqual([false, true])
    const few = distributionOf(sorted([1n, 1n, 1n, 11n]))
    expect([10n, 11n].map((amount) => isHeavy(amount, few, 10n))).toEqual([false, true])
  })
})

describe('percentages', () => {
  test.each([
    [1n, 8n, '12.50'],
    [1n, 3n, '33.33'],
    [2n, 3n, '66.66'],
    [-1n, 3n, '-33.33'],
    [5n, 0n, null],
  ])('%s of %s is %s', (part, whole, percent) => {
    expect(percentOf(part, whole)).toBe(percent)
  })

  test('a change is against what was before', () => {
    expect(changeOf(100n, 150n)).toBe('50.00')
    expect(changeOf(100n, 0n)).toBe('-100.00')
    expect(changeOf(0n, 5n)).toBeNull()
  })
})

describe('days, weeks and months of a span', () => {
  const names = (from: string, to: string, every: 'day' | 'week' | 'month') =>
    bucketsOf(new Date(from), new Date(to), every).map(({ name, isWhole }) => (isWhole ? name : `(${name})`))

  test('are there without gaps; those at the edges say that they are cut', () => {
    expect(names('2026-11-01', '2026-11-04', 'day')).toEqual(['2026-11-01', '2026-11-02', '2026-11-03'])
    expect(names('2026-11-01', '2026-11-17', 'week')).toEqual([
      '(2026-10-26)',
      '2026-11-02',
      '2026-11-09',
      '(2026-11-16)',
    ])
    expect(names('2026-11-02', '2027-02-01', 'month')).toEqual(['(2026-11-01)', '2026-12-01', '2027-01-01'])
    expect(names('2026-11-01', '2026-11-01', 'day')).toEqual([])
  })

  test('a day that is not over is not whole', () => {
    expect(names('2026-11-01', '2026-11-02T10:00:00Z', 'day')).toEqual(['2026-11-01', '(2026-11-02)'])
  })
})

test('the margin is the bill less LiteLLM’s cost, also below 0', () => {
  const costing = (litellmCost: bigint) => ({
    ...NO_FIGURES,
    billed: usd(1n),
    measures: { ...NO_FIGURES.measures, litellmCost },
  })
  expect(marginOf(costing(9_999n))).toBe(1n)
  expect(marginOf(costing(10_001n))).toBe(-1n)
})
