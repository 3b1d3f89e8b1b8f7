import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CostRate, type CostTable, rateKey, switchesIn, tableAt, timelineOf } from '#lib/rating/cost-table.ts'
import { usageRater } from '#lib/rating/rate-usage.ts'
import { bucketBegin } from '#lib/period/buckets.ts'
import { periodOf } from '#lib/period/period.ts'
import { coverTime } from '#lib/rating/time-cover.ts'
import { timeSlots } from '#lib/rating/time-slots.ts'
import { RATE_KINDS, type RatedUsage, tokenClasses } from '#lib/rating/token-classes.ts'
import { runs } from './runs.ts'

const HOUR_MS = 3_600_000
const BEGIN = Date.UTC(2026, 0, 1)
const hourAt = (hour: number): Date => new Date(BEGIN + hour * HOUR_MS)

const provider = fc.constantFrom('openai', 'anthropic', '')
const model = fc.constantFrom('gpt-4o', 'claude-3-opus', 'other')
const tokens = fc.bigInt(0n, 10n ** 12n)

/** Counts as models report them: parts are never more than their whole. */
const usage: fc.Arbitrary<RatedUsage> = fc
  .tuple(fc.bigInt(0n, 1_000n), tokens, tokens, tokens, tokens, tokens)
  .map(([requests, plain, cachedTokens, cacheWriteTokens, said, reasoningTokens]) => ({
    requests,
    inputTokens: plain + cachedTokens + cacheWriteTokens,
    outputTokens: said + reasoningTokens,
    cachedTokens,
    cacheWriteTokens,
    reasoningTokens,
  }))

const rate: fc.Arbitrary<CostRate> = fc.record({
  provider: fc.constantFrom('openai', 'anthropic', '*'),
  model: fc.constantFrom('gpt-4o', 'claude-3-opus', '*'),
  kind: fc.constantFrom(...RATE_KINDS),
  rate: fc.bigInt(0n, 10n ** 13n),
})
const rates = fc.uniqueArray(rate, { selector: rateKey, minLength: 1, maxLength: 30 })
const tables = fc
  .array(fc.record({ hour: fc.nat(100), rates }), { minLength: 1, maxLength: 5 })
  .map((list) => list.map(({ hour, rates: held }, i) => ({ version: i + 1, effectiveFrom: hourAt(hour), rates: held })))

interface HourOfUsage {
  readonly hour: number
  readonly provider: string
  readonly model: string
  readonly usage: RatedUsage
}
const hours: fc.Arbitrary<HourOfUsage[]> = fc.array(fc.record({ hour: fc.nat(100), provider, model, usage }), {
  maxLength: 40,
})

const add = (a: RatedUsage, b: RatedUsage): RatedUsage => ({
  requests: a.requests + b.requests,
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  cachedTokens: a.cachedTokens + b.cachedTokens,
  cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
  reasoningTokens: a.reasoningTokens + b.reasoningTokens,
})

const rateHour = (timeline: readonly CostTable[], given: HourOfUsage): bigint =>
  usageRater(tableAt(timeline, hourAt(given.hour)))(given.provider, given.model, given.usage).cost
const rateAll = (timeline: readonly CostTable[], all: readonly HourOfUsage[]): bigint =>
  all.reduce((sum, given) => sum + rateHour(timeline, given), 0n)

/** Adds up what `group` puts together, and rates the sums. */
function rateGrouped(
  timeline: readonly CostTable[],
  all: readonly HourOfUsage[],
  group: (given: HourOfUsage) => string,
): bigint {
  const sums = new Map<string, HourOfUsage>()
  for (const given of all) {
    const before = sums.get(group(given))
    sums.set(group(given), before ? { ...before, usage: add(before.usage, given.usage) } : given)
  }
  return rateAll(timeline, [...sums.values()])
}

const byPriceAndModel = (timeline: readonly CostTable[]) => (given: HourOfUsage) =>
  `${tableAt(timeline, hourAt(given.hour))?.version} ${given.provider} ${given.model}`

test('cost is the same in whatever groups usage is added up, as long as one table holds in each', () => {
  fc.assert(
    fc.property(tables, hours, fc.integer({ min: 1, max: 5 }), (versions, all, parts) => {
      const timeline = timelineOf(versions)
      const price = byPriceAndModel(timeline)
      expect(rateGrouped(timeline, all, price)).toBe(rateAll(timeline, all))
      expect(rateGrouped(timeline, all, (given) => `${price(given)} ${given.hour % parts}`)).toBe(
        rateAll(timeline, all),
      )
    }),
    runs(),
  )
})

test('adding up across a change of price is found', () => {
  const search = () =>
    fc.assert(
      fc.property(tables, hours, (versions, all) => {
        const timeline = timelineOf(versions)
        expect(rateGrouped(timeline, all, ({ provider: who, model: what }) => `${who} ${what}`)).toBe(
          rateAll(timeline, all),
        )
      }),
      { numRuns: 1_000 },
    )
  expect(search).toThrow('Property failed')
})

test('a new table leaves every hour before it at its price', () => {
  fc.assert(
    fc.property(tables, hours, fc.nat(100), rates, (versions, all, hour, fresh) => {
      const before = timelineOf(versions)
      const after = timelineOf([...versions, { version: 99, effectiveFrom: hourAt(hour), rates: fresh }])
      for (const given of all.filter((each) => each.hour < hour)) {
        expect(rateHour(after, given)).toBe(rateHour(before, given))
      }
    }),
    runs(),
  )
})

test('around the instant of a change the last hour has the old price and the next one the new', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99 }), rates, rates, usage, provider, model, (hour, old, fresh, ...rest) => {
      const [counts, who, what] = rest
      const first = { version: 1, effectiveFrom: hourAt(0), rates: old }
      const second = { version: 2, effectiveFrom: hourAt(hour), rates: fresh }
      const timeline = timelineOf([first, second])
      const at = (instant: Date) => usageRater(tableAt(timeline, instant))(who, what, counts)
      expect(at(new Date(hourAt(hour).getTime() - 1))).toEqual(usageRater(first)(who, what, counts))
      expect(at(hourAt(hour))).toEqual(usageRater(second)(who, what, counts))
    }),
    runs(),
  )
})

test('between two switches one table holds', () => {
  fc.assert(
    fc.property(tables, fc.nat(100), fc.nat(100), (versions, a, b) => {
      const timeline = timelineOf(versions)
      const [from, to] = [Math.min(a, b), Math.max(a, b) + 1]
      const switches = switchesIn(timeline, hourAt(from), hourAt(to)).map((at) => (at.getTime() - BEGIN) / HOUR_MS)
      for (let hour = from + 1; hour < to; hour += 1) {
        const changed = tableAt(timeline, hourAt(hour)) !== tableAt(timeline, hourAt(hour - 1))
        expect(switches.includes(hour)).toBe(changed)
      }
    }),
    runs(),
  )
})

test('no token is counted twice and none is lost', () => {
  fc.assert(
    fc.property(usage, (counts) => {
      const { input, cached, cache_write: written, output, reasoning } = tokenClasses(counts)
      expect(input + cached + written).toBe(counts.inputTokens)
      expect(output + reasoning).toBe(counts.outputTokens)
    }),
    runs(),
  )
})

test('every token has a cost or is listed as unrated', () => {
  fc.assert(
    fc.property(rates, usage, provider, model, (held, counts, who, what) => {
      const table = { version: 1, effectiveFrom: hourAt(0), rates: held.map((each) => ({ ...each, rate: 1n })) }
      const rated = usageRater({ ...table, rates: table.rates.filter(({ kind }) => kind !== 'request') })
      const { cost, unrated } = rated(who, what, counts)
      const missing = unrated.reduce((sum, each) => sum + each.tokens, 0n)
      expect(cost + missing).toBe(counts.inputTokens + counts.outputTokens)
    }),
    runs(),
  )
})

test('days and hours cover a span once, and no day is read as a whole inside which something switches', () => {
  const hour = fc.nat(24 * 12)
  fc.assert(
    fc.property(hour, hour, fc.array(hour, { maxLength: 5 }), (a, b, switches) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)]
      const cover = coverTime(hourAt(from), hourAt(to), switches.map(hourAt))
      const inDays = (at: number) => {
        const day = hourAt(at).toISOString().slice(0, 10)
        return cover.days !== null && day >= cover.days.from && day < cover.days.to && !cover.days.except.includes(day)
      }
      for (let at = 0; at < 24 * 13; at += 1) {
        const spans = cover.hours.filter((span) => span.from <= hourAt(at) && hourAt(at) < span.to).length
        expect(spans + (inDays(at) ? 1 : 0)).toBe(at >= from && at < to ? 1 : 0)
      }
      for (const at of switches.filter((each) => each % 24 !== 0)) expect(inDays(at)).toBe(false)
    }),
    runs(),
  )
})

test('a slot lies in one bucket, one month and under one price, and the slots are the span', () => {
  const every = fc.constantFrom('day', 'week', 'month', 'all')
  fc.assert(
    fc.property(fc.nat(2_000), fc.nat(2_000), fc.array(fc.nat(2_000), { maxLength: 4 }), every, (a, b, cuts, by) => {
      const [from, to] = [hourAt(Math.min(a, b)), hourAt(Math.max(a, b) + 1)]
      const switches = cuts.map(hourAt).sort((x, y) => x.getTime() - y.getTime())
      const slots = timeSlots({ from, to, every: by }, switches)
      expect(slots[0]?.start).toEqual(from)
      for (let hour = Math.min(a, b); hour <= Math.max(a, b); hour += 7) {
        const at = hourAt(hour)
        const slot = slots.findLast(({ start }) => start <= at)
        const begin = by === 'all' ? from : bucketBegin(at, by)
        expect(slot?.bucket).toBe(begin.toISOString().slice(0, 10))
        expect(slot?.period).toBe(periodOf(at))
        expect(slot?.segment).toBe(switches.filter((each) => each <= at).length)
      }
    }),
    runs(100),
  )
})
