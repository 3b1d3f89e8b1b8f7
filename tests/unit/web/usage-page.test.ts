import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { axisEnd, barPaths, chartSeries, daysInWords, dearestDay, stackOf } from '#components/usage/chart-data.ts'
import type { UsageGroup, UsageMonth } from '#components/usage/overview.ts'
import {
  findingOf,
  forecastSentence,
  groupName,
  operatorFiles,
  shareOf,
  showCost,
  usageFile,
  usagePath,
} from '#components/usage/usage-words.ts'
import { formatUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'

const DAYS = ['2026-11-01', '2026-11-02']
const sums = (...daily: bigint[]) => ({
  billedUsd: formatUsd(usd(daily.reduce((sum, amount) => sum + amount, 0n))),
  tokens: '1',
  requests: '1',
  daily: daily.map((amount) => formatUsd(usd(amount))),
})
const group = (key: string | null, ...daily: bigint[]): UsageGroup => ({
  account: null,
  key,
  apiKey: null,
  ...sums(...daily),
})
function monthOf(...groups: UsageGroup[]): UsageMonth {
  const total = DAYS.map((_, day) =>
    groups.reduce((sum, { daily }) => sum + BigInt(daily[day]?.replace('.', '') ?? 0), 0n),
  )
  return { days: DAYS, today: '2026-11-02', totals: sums(...total), groups, others: null }
}
const nameOf = ({ key }: UsageGroup): string => key ?? ''
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']

describe('the chart', () => {
  test('shows five groups by themselves and the rest of each day as one', () => {
    const month = monthOf(...names.map((name, i) => group(name, BigInt(700 - i), 10n)))
    const series = chartSeries(month, nameOf)
    expect(series.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e', 'Other'])
    expect(series.at(-1)?.daily).toEqual([695n + 694n, 20n])
    expect(chartSeries(monthOf(group('a', 1n, 2n)), nameOf)).toHaveLength(1)
  })

  test('loses nothing: a day’s parts are as high as the day, within the axis', () => {
    const daily = fc.tuple(fc.bigInt(0n, 10n ** 15n), fc.bigInt(0n, 10n ** 15n))
    fc.assert(
      fc.property(fc.array(daily, { minLength: 1, maxLength: 7 }), (amounts) => {
        const month = monthOf(...amounts.map(([one, two], i) => group(names[i] ?? '', one, two)))
        const series = chartSeries(month, nameOf)
        const end = axisEnd(dearestDay(series))
        for (const day of [0, 1]) {
          const total = amounts.reduce((sum, each) => sum + (each[day] ?? 0n), 0n)
          const stack = stackOf(series, day, end)
          const height = stack.reduce((sum, part) => sum + part.height, 0)
          expect(Math.abs(height - (Number(total) * 160) / Number(end))).toBeLessThan(0.02)
          expect(stack.every(({ y }) => y >= 0 && y <= 160)).toBe(true)
        }
      }),
    )
  })

  test.each([
    [0n, 1n],
    [1n, 1n],
    [3n, 5n],
    [5n, 5n],
    [11n, 20n],
    [987_654n, 1_000_000n],
  ])('an axis for %s ends at %s', (amount, end) => {
    expect(axisEnd(usd(amount))).toBe(end)
  })

  test('draws the bars of a series as one path, lowest first', () => {
    const series = chartSeries(monthOf(group('a', 50n, 0n), group('b', 50n, 25n)), nameOf)
    expect(barPaths(series, usd(100n))).toEqual([
      'M1.5 80.00h9v80.00h-9z',
      'M1.5 0.00h9v78.50h-9zM13.5 120.00h9v40.00h-9z',
    ])
  })

  test('says a day in words, its dearest part first', () => {
    const month = monthOf(group('gpt-4', 12_000_000n, 0n), group('llama', 3_000_000n, 0n))
    const series = chartSeries(month, nameOf)
    expect(daysInWords(series, month)).toEqual(['Nov 1: $0.15. gpt-4 $0.12, llama $0.03', 'Nov 2: nothing'])
    expect(daysInWords(series, { ...month, today: '2026-11-01' })[1]).toBe('Nov 2: still to come')
  })
})

describe('the words', () => {
  test('the title is the finding', () => {
    const month = monthOf(group('gpt-4', 61n, 0n), group('llama', 0n, 39n))
    expect(findingOf(month, 'model', 'Nov 2026')).toBe('gpt-4 makes 61% of Nov 2026’s cost')
    expect(findingOf(monthOf(group(null, 5n, 0n)), 'user', 'Nov 2026')).toBe(
      'Calls that name no user make all of Nov 2026’s cost',
    )
    expect(findingOf(monthOf(group('gpt-4', 0n, 0n)), 'model', 'Nov 2026')).toBe('Nothing of Nov 2026 is billed')
    expect(shareOf('1.00000000', '3.00000000')).toBe('33%')
  })

  test('an API key goes by its name and mask, a subscription’s by its mask alone', () => {
    const key = { ...group('key_1'), apiKey: { name: 'laptop', masked: 'sk-…abcd' } }
    expect(groupName(key, 'key')).toBe('laptop (sk-…abcd)')
    expect(groupName({ ...key, apiKey: { name: null, masked: 'sk-…abcd' } }, 'key')).toBe('sk-…abcd')
    expect(groupName(group('key_1'), 'key')).toBe('key_1')
    expect(groupName(group(null), 'key')).toBe('Calls without an API key')
  })

  test('a forecast has its interval, or says why there is none', () => {
    const none = { low: null, point: null, high: null }
    const some = { low: '51.20000000', point: '55.60000000', high: '60.90000000', reason: null }
    expect(forecastSentence(some, 'Nov 30')).toBe('Nov 30: $55.60 expected ($51.20 to $60.90 in 8 of 10 such months)')
    expect(forecastSentence({ ...some, low: '55.60000000', high: '55.60000000' }, 'Nov 30')).toBe(
      'Nov 30: $55.60, if usage stays as it is',
    )
    const ofCost = { low: '0.450000000000', point: '0.450000000000', high: '0.450000000000', reason: null }
    expect(forecastSentence(ofCost, 'Nov 30')).toBe('Nov 30: $0.45, if usage stays as it is')
    for (const reason of ['too_little_history', 'no_recent_use', 'too_irregular', 'unrated_usage']) {
      expect(forecastSentence({ ...none, reason }, 'Nov 30')).toMatch(/forecast/)
    }
  })

  test('each choice has an address, and its file holds the same', () => {
    const choice = { period: 202_612, by: 'user', account: 'vault:7', as: 'owner' } as const
    expect(usagePath(choice)).toBe('/usage?month=2026-12&by=user&account=vault:7')
    expect(usagePath({ ...choice, account: null })).toBe('/usage?month=2026-12&by=user')
    expect(usageFile(choice, 'all')).toBe(
      '/api/reports/usage?from=2026-12-01&to=2027-01-01&by=user&every=all&as=owner&format=csv&account=vault:7',
    )
  })

  test('everyone has an address, and no account stands in the files of the admin’s', () => {
    const everyone = { period: 202_612, by: 'user', account: 'everyone', as: 'admin' } as const
    expect(usagePath(everyone)).toBe('/usage?month=2026-12&by=user&account=everyone')
    expect(usageFile(everyone, 'day')).toBe(
      '/api/reports/usage?from=2026-12-01&to=2027-01-01&by=user&every=day&as=admin&format=csv',
    )
    const files = operatorFiles(everyone, true).map(({ href }) => href)
    expect(files).toHaveLength(6)
    expect(files.every((href) => href.includes('as=admin') && !href.includes('account='))).toBe(true)
    const one = operatorFiles({ ...everyone, account: 'vault:7' }, false).map(({ href }) => href)
    expect(one).toHaveLength(5)
    expect(one.every((href) => href.includes('as=admin&account=vault:7'))).toBe(true)
  })

  test.each([
    ['0.000000400000', '$0.0000004'],
    ['-12.345678901234', '−$12.35'],
    ['0.00000000000001', '$0.00'],
  ])('a cost of %s is shown as %s', (exact, shown) => {
    expect(showCost(exact)).toBe(shown)
  })
})
