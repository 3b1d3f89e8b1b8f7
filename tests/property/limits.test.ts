import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gatewayFence } from '#lib/limits/gateway-fence.ts'
import {
  armAnew,
  type Armings,
  judgeLimit,
  limitKinds,
  limitThresholds,
  thresholdIdentity,
} from '#lib/limits/judge-limit.ts'
import { limitPeriods, windowAt, windowBefore } from '#lib/limits/limit-window.ts'
import { shareOfPrice } from '#lib/limits/share-of-price.ts'
import { unusualUsage } from '#lib/limits/unusual-usage.ts'
import { priceUsage } from '#lib/pricing/price-usage.ts'
import { DEFAULT_SCHEDULE, type Mode } from '#lib/pricing/schedule.ts'
import { runs } from './runs.ts'

const amount = fc.bigInt(1n, 10n ** 15n)
const instant = fc.date({ min: new Date('2020-01-01'), max: new Date('2039-12-31'), noInvalidDate: true })
const tokens = fc.bigInt(0n, 20_000_000n)

test('windows cover time without gap or overlap', () => {
  fc.assert(
    fc.property(fc.constantFrom(...limitPeriods), instant, (per, now) => {
      const window = windowAt(per, now)
      if (window.from === null || window.to === null) return
      expect(window.from <= now && now < window.to).toBe(true)
      expect(windowAt(per, window.to).from).toEqual(window.to)
      expect(windowBefore(per, window)?.to).toEqual(window.from)
    }),
    runs(),
  )
})

test('more usage never reaches less, and a block means that every threshold is reached', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...limitKinds),
      amount,
      fc.bigInt(0n, 10n ** 16n),
      fc.bigInt(0n, 10n ** 16n),
      (...all) => {
        const [kind, limit, used, more] = all
        const [before, after] = [
          judgeLimit({ kind, amount: limit }, used),
          judgeLimit({ kind, amount: limit }, used + more),
        ]
        expect(after.reached.slice(0, before.reached.length)).toEqual(before.reached)
        expect(before.blocked && !after.blocked).toBe(false)
        expect(before.blocked).toBe(kind === 'hard' && before.reached.length === limitThresholds.length)
      },
    ),
    runs(),
  )
})

type Step = { use: bigint } | { amount: bigint } | { nextWindow: true }
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt(0n, 60n).map((use) => ({ use })) },
  { weight: 2, arbitrary: fc.bigInt(1n, 200n).map((newAmount) => ({ amount: newAmount })) },
  { weight: 1, arbitrary: fc.constant({ nextWindow: true as const }) },
)

/** Plays the life of a limit; `tell` is asked at each step which identities it would tell. */
function playLimit(steps: readonly Step[], identityOf: typeof thresholdIdentity) {
  const told = new Set<string>()
  const tellings: { window: string; threshold: number; armedSince: number }[] = []
  const fellBelow = new Map<number, number>()
  let [limit, used, window, revision] = [100n, 0n, 0, 0]
  let armings: Armings = {}
  let due = 0
  for (const each of steps) {
    if ('use' in each) used += each.use
    else if ('amount' in each) {
      limit = each.amount
      revision += 1
      armings = armAnew(armings, { amount: limit, used, window: `w${window}`, revision })
      for (const threshold of limitThresholds) {
        if (used * 100n < limit * BigInt(threshold)) fellBelow.set(threshold, revision)
      }
    } else {
      window += 1
      used = 0n
      fellBelow.clear()
    }
    for (const threshold of judgeLimit({ kind: 'hard', amount: limit }, used).reached) {
      const armedSince = fellBelow.get(threshold) ?? 0
      const isNew = !tellings.some(
        (past) => past.window === `w${window}` && past.threshold === threshold && past.armedSince === armedSince,
      )
      if (isNew) due += 1
      const identity = identityOf({ id: 'a', armings }, `w${window}`, threshold)
      if (told.has(identity)) continue
      told.add(identity)
      tellings.push({ window: `w${window}`, threshold, armedSince })
    }
  }
  return { told: tellings.length, due }
}

const life = fc.array(step, { maxLength: 40 })

test('each threshold is told exactly once a window, and once more after a change that put the usage below it', () => {
  fc.assert(
    fc.property(life, (steps) => {
      const { told, due } = playLimit(steps, thresholdIdentity)
      expect(told).toBe(due)
    }),
    runs(),
  )
})

test.each<[string, typeof thresholdIdentity]>([
  ['once ever', ({ id }, _window, threshold) => `${id}:${threshold}`],
  ['once a window, also when the limit was raised', ({ id }, window, threshold) => `${id}:${window}:${threshold}`],
])('the same lives find an alert that fires %s', (_fault, planted) => {
  const search = (): void =>
    fc.assert(
      fc.property(life, (steps) => {
        const { told, due } = playLimit(steps, planted)
        expect(told).toBe(due)
      }),
      { numRuns: 500 },
    )
  expect(search).toThrow('Property failed')
})

const MODELS = ['gpt-4', 'claude-3-opus', 'llama-3', 'other']
const parts = fc.array(fc.dictionary(fc.constantFrom(...MODELS), tokens, { noNullPrototype: true }), { maxLength: 5 })
const mode = fc.constantFrom<Mode>('volume', 'graduated')

test('the shares of all parts never exceed the bill, and miss it by less than a unit each', () => {
  fc.assert(
    fc.property(mode, parts, (chosen, given) => {
      const schedule = { ...DEFAULT_SCHEDULE, mode: chosen }
      const usages = given.map((part) => new Map(Object.entries(part)))
      const account = new Map<string, bigint>()
      for (const [model, count] of usages.flatMap((usage) => [...usage])) {
        account.set(model, (account.get(model) ?? 0n) + count)
      }
      const bill = priceUsage(schedule, account).usd
      const sum = usages.reduce((all, usage) => all + shareOfPrice(schedule, account, usage), 0n)
      expect(sum <= bill).toBe(true)
      expect(bill - sum <= BigInt(usages.length)).toBe(true)
    }),
    runs(),
  )
})

test('usage within a limit of money or tokens never reaches the fence in LiteLLM, at any price up to the dearest', () => {
  const models = fc.dictionary(fc.constantFrom(...MODELS), tokens, { minKeys: 1, noNullPrototype: true })
  fc.assert(
    fc.property(mode, models, fc.bigInt(1n, 10n ** 9n), fc.bigInt(1n, 100n), (chosen, used, dearest, cheaper) => {
      const schedule = { ...DEFAULT_SCHEDULE, mode: chosen }
      const usage = new Map(Object.entries(used))
      const count = [...usage.values()].reduce((sum, each) => sum + each, 0n)
      const spent = count * (dearest / cheaper)
      const price = priceUsage(schedule, usage).usd
      const limits = [{ metric: 'tokens', amount: count + 1n } as const, { metric: 'usd', amount: price + 1n } as const]
      for (const limit of limits) expect(spent < (gatewayFence(limit, dearest, schedule) ?? 0n)).toBe(true)
    }),
    runs(),
  )
})

const history = fc.array(fc.bigInt(0n, 10n ** 9n), { minLength: 7, maxLength: 14 })
const rule = { deviations: 6n, leastVolume: 1n, leastDays: 7 }

test('what is unusual depends on neither the order of the days nor the unit, and more usage is not less unusual', () => {
  fc.assert(
    fc.property(
      history,
      fc.bigInt(1n, 10n ** 10n),
      fc.bigInt(1n, 1_000n),
      fc.bigInt(0n, 10n ** 9n),
      (days, now, by, more) => {
        const verdict = unusualUsage(now, days, rule) !== null
        expect(unusualUsage(now, days.toReversed(), rule) !== null).toBe(verdict)
        const scaled = days.map((day) => day * by)
        expect(unusualUsage(now * by, scaled, rule) !== null).toBe(verdict)
        expect(verdict && unusualUsage(now + more, days, rule) === null).toBe(false)
      },
    ),
    runs(),
  )
})

test('an hour that is not above the median is never unusual, whatever single day is in the history', () => {
  fc.assert(
    fc.property(fc.bigInt(50_000n, 10n ** 9n), fc.bigInt(0n, 10n ** 12n), (usual, wild) => {
      const days = [...Array.from({ length: 12 }, () => usual), wild]
      expect(unusualUsage(usual, days)).toBeNull()
      expect(unusualUsage(usual * 3n, days)).toEqual({ usual })
    }),
    runs(),
  )
})
