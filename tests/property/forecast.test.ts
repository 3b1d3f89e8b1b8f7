import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dayOf, monthOf } from '#lib/forecast/calendar.ts'
import { forecastBill } from '#lib/forecast/forecast-bill.ts'
import { type DailyAmounts, forecastMonth } from '#lib/forecast/forecast-month.ts'
import { replayMonths } from '#lib/forecast/replay-months.ts'
import { priceUsage } from '#lib/pricing/price-usage.ts'
import { DEFAULT_SCHEDULE } from '#lib/pricing/schedule.ts'
import { runs } from './runs.ts'

const TODAY = dayOf(new Date('2026-11-11T00:00:00Z'))
const until = (today: number, amounts: readonly bigint[]): DailyAmounts => ({
  firstDay: today - amounts.length,
  amounts,
})
const amount = fc.oneof(fc.bigInt(0n, 1_000n), fc.bigInt(0n, 10n ** 18n))
const history = fc.array(amount, { minLength: 70, maxLength: 160, size: 'max' })
const today = fc.integer({ min: TODAY, max: TODAY + 60 })
const total = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, each) => sum + each, 0n)

/** Numbers from 0 to 1 that look random and are the same each time (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

describe('the forecast of a month', () => {
  test('of constant usage is exact on every day, with nothing to spare', () => {
    fc.assert(
      fc.property(
        amount,
        today,
        fc.integer({ min: 42, max: 300 }),
        fc.bigInt(0n, 100n),
        (each, day, length, percent) => {
          const days = until(
            day,
            Array.from({ length }, () => each + 1n),
          )
          const forecast = forecastMonth({ history: days, today: day, soFarToday: ((each + 1n) * percent) / 100n })
          const { first, end } = monthOf(day)
          const exact = BigInt(end - first) * (each + 1n)
          expect(forecast).toEqual({ ok: true, low: exact, point: exact, high: exact })
        },
      ),
      runs(),
    )
  })

  test('of usage that repeats each week is exact', () => {
    const week = fc.array(amount, { minLength: 7, maxLength: 7 }).filter((days) => total(days) > 0n)
    fc.assert(
      fc.property(week, today, fc.integer({ min: 50, max: 200 }), (days, day, length) => {
        const at = (each: number) => days[each % 7] ?? 0n
        const past = Array.from({ length }, (_, i) => at(day - length + i))
        const { first, end } = monthOf(day)
        const exact = total(Array.from({ length: end - first }, (_, i) => at(first + i)))
        const forecast = forecastMonth({ history: until(day, past), today: day, soFarToday: 0n })
        expect(forecast).toEqual({ ok: true, low: exact, point: exact, high: exact })
      }),
      runs(),
    )
  })

  test('is never below what the month brought already, and its interval holds it', () => {
    fc.assert(
      fc.property(history, today, amount, (amounts, day, soFarToday) => {
        const forecast = forecastMonth({ history: until(day, amounts), today: day, soFarToday })
        fc.pre(forecast.ok)
        const { low, point, high } = forecast
        const inMonth = day - monthOf(day).first
        const soFar = soFarToday + total(inMonth > 0 ? amounts.slice(-inMonth) : [])
        expect(low >= soFar && point >= low && high >= point).toBe(true)
      }),
      runs(),
    )
  })

  test('scales: ten times the usage is ten times the forecast, to the unit that is dropped', () => {
    fc.assert(
      fc.property(history, today, (amounts, day) => {
        const one = forecastMonth({ history: until(day, amounts), today: day, soFarToday: 0n })
        const ten = forecastMonth({
          history: until(
            day,
            amounts.map((each) => each * 10n),
          ),
          today: day,
          soFarToday: 0n,
        })
        fc.pre(one.ok && ten.ok)
        expect(ten.point / 10n).toBe(one.point)
        expect(ten.low / 10n).toBe(one.low)
        expect((ten.high + 9n) / 10n).toBe(one.high)
      }),
      runs(),
    )
  })

  test.each<[string, bigint[], string]>([
    ['nothing', [], 'too_little_history'],
    ['41 days', Array.from({ length: 41 }, () => 1n), 'too_little_history'],
    ['days before the first use', [...Array.from({ length: 300 }, () => 0n), 5n], 'too_little_history'],
    [
      'no use for four weeks',
      [...Array.from({ length: 60 }, () => 9n), ...Array.from({ length: 28 }, () => 0n)],
      'no_recent_use',
    ],
    ['one day in six weeks', Array.from({ length: 170 }, (_, i) => (i % 42 === 0 ? 1_000n : 0n)), 'too_irregular'],
  ])('of %s is none, with the reason', (_name, amounts, reason) => {
    expect(forecastMonth({ history: until(TODAY, amounts), today: TODAY, soFarToday: 0n })).toEqual({
      ok: false,
      reason,
    })
  })
})

/** Three years of a customer: quiet weekends, growth, and days that differ by up to 60 % either way. */
function threeYears(seed: number): DailyAmounts {
  const noise = numbers(seed)
  const firstDay = dayOf(new Date('2023-11-01T00:00:00Z'))
  const end = dayOf(new Date('2026-11-01T00:00:00Z'))
  const amounts = Array.from({ length: end - firstDay }, (_, i) => {
    const weekend = [2, 3].includes((firstDay + i) % 7) ? 0.35 : 1
    return BigInt(Math.round(1_000_000 * weekend * (1 + i / 730) * (0.4 + 1.2 * noise())))
  })
  return { firstDay, amounts }
}

describe('replayed over past months', () => {
  const replays = [1, 2, 3, 4, 5, 6].map((seed) => replayMonths(threeYears(seed), 10))
  const months = replays.flatMap((replay) => replay.months)

  test('about 80 % of them end in their interval, and the middle error is small', () => {
    const covered = (replays.reduce((sum, replay) => sum + replay.covered, 0) * 100) / months.length
    expect(months.length).toBeGreaterThan(190)
    expect(covered).toBeGreaterThanOrEqual(75)
    expect(covered).toBeLessThanOrEqual(88)
    for (const { medianError } of replays) expect(medianError).toBeLessThan(750n)
  })

  test('an interval is not just wide: on average it is below a quarter of the month', () => {
    const widths = months.map(({ low, high, actual }) => ((high - low) * 100n) / actual)
    expect(total(widths) / BigInt(widths.length)).toBeLessThan(25n)
  })

  test('a replay knows only what came before its day', () => {
    const { firstDay, amounts } = threeYears(7)
    const { months: whole } = replayMonths({ firstDay, amounts }, 10)
    const last = whole.at(-1)
    const changed = amounts.map((each, i) => (firstDay + i >= (last?.firstDay ?? 0) + 9 ? each * 100n : each))
    const again = replayMonths({ firstDay, amounts: changed }, 10).months.at(-1)
    expect([again?.low, again?.point, again?.high]).toEqual([last?.low, last?.point, last?.high])
    expect(again?.isCovered).toBe(false)
  })

  test('nothing to replay is no month and no error', () => {
    expect(replayMonths(until(TODAY, [1n, 2n]), 10)).toEqual({ months: [], covered: 0, medianError: null })
  })
})

describe('the forecast of the bill', () => {
  const models = fc.constantFrom('gpt-4', 'claude-3-haiku', 'other')
  const usage = fc
    .dictionary(models, fc.bigInt(0n, 3_000_000n), { noNullPrototype: true })
    .map((all) => new Map(Object.entries(all)))
  const accounts = fc.array(fc.record({ soFar: usage, recent: usage }), { minLength: 1, maxLength: 4 })
  const toCome = fc
    .tuple(fc.bigInt(0n, 5_000_000n), fc.bigInt(0n, 5_000_000n), fc.bigInt(0n, 5_000_000n))
    .map(([low, more, most]) => ({ low, point: low + more, high: low + more + most }))
  const mode = fc.constantFrom('volume' as const, 'graduated' as const)

  test('of one account holds the price at every number of tokens between, also across tiers', () => {
    fc.assert(
      fc.property(mode, usage, models, toCome, fc.integer({ min: 0, max: 100 }), (chosen, soFar, model, rest, at) => {
        const schedule = { ...DEFAULT_SCHEDULE, mode: chosen }
        const { low, high } = forecastBill(schedule, [{ soFar, recent: new Map([[model, 7n]]) }], rest)
        const more = rest.low + ((rest.high - rest.low) * BigInt(at)) / 100n
        const price = priceUsage(schedule, new Map(soFar).set(model, (soFar.get(model) ?? 0n) + more)).usd
        expect(price >= low && price <= high).toBe(true)
      }),
      runs(),
    )
  })

  test('holds its point, and of tokens that are certain is their price', () => {
    fc.assert(
      fc.property(mode, accounts, toCome, (chosen, all, rest) => {
        const schedule = { ...DEFAULT_SCHEDULE, mode: chosen }
        const { low, point, high } = forecastBill(schedule, all, rest)
        expect(low <= point && point <= high).toBe(true)
        const certain = { low: 0n, point: 0n, high: 0n }
        const now = total(all.map(({ soFar }) => priceUsage(schedule, soFar).usd))
        expect(forecastBill(schedule, all, certain)).toEqual({ low: now, point: now, high: now })
      }),
      runs(),
    )
  })
})
