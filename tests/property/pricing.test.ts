import fc from 'fast-check'
import { expect, test } from 'vitest'
import { usd, usdPerFlow } from '#lib/money/units.ts'
import { priceUsage, shareByModel, usdToFlow } from '#lib/pricing/price-usage.ts'
import { DEFAULT_SCHEDULE, type Mode } from '#lib/pricing/schedule.ts'
import { runs } from './runs.ts'

const MODELS = ['gpt-4', 'gpt-3.5-turbo', 'claude-3-opus', 'claude-3-5-haiku', 'claude-3-5-sonnet', 'llama-3', 'other']
const mode = fc.constantFrom<Mode>('volume', 'graduated')
const tokens = fc.oneof(fc.bigInt(0n, 2_000n), fc.bigInt(0n, 20_000_000n))
const usage = fc
  .dictionary(fc.constantFrom(...MODELS), tokens, { noNullPrototype: true })
  .map((all) => new Map(Object.entries(all)))

test('the shares of the models add up to the price', () => {
  fc.assert(
    fc.property(mode, usage, (chosen, used) => {
      const schedule = { ...DEFAULT_SCHEDULE, mode: chosen }
      const sum = shareByModel(schedule, used).reduce((all, share) => all + share.usd, 0n)
      expect(sum).toBe(priceUsage(schedule, used).usd)
    }),
    runs(),
  )
})

test('graduated prices never fall when a token is added', () => {
  const schedule = { ...DEFAULT_SCHEDULE, mode: 'graduated' as const }
  fc.assert(
    fc.property(tokens, (count) => {
      const price = (n: bigint) => priceUsage(schedule, new Map([['gpt-4', n]])).usd
      expect(price(count + 1n)).toBeGreaterThanOrEqual(price(count))
    }),
    runs(),
  )
})

test("a hold at the first tier's rate covers the price in both modes", () => {
  const starter = DEFAULT_SCHEDULE.tiers[0]
  if (!starter) throw new Error('no first tier')
  fc.assert(
    fc.property(mode, usage, (chosen, used) => {
      const flat = { ...DEFAULT_SCHEDULE, tiers: [{ ...starter, upTo: null }] }
      const price = priceUsage({ ...DEFAULT_SCHEDULE, mode: chosen }, used).usd
      expect(priceUsage(flat, used).usd).toBeGreaterThanOrEqual(price)
    }),
    runs(),
  )
})

test('the FLOW of a charge is never worth more than the charge, and less by under one unit of FLOW', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 15n), fc.bigInt(1n, 10n ** 11n), (charge, rate) => {
      const paid = usdToFlow(usd(charge), usdPerFlow(rate))
      expect(paid * rate).toBeLessThanOrEqual(charge * 100_000_000n)
      expect((paid + 1n) * rate).toBeGreaterThan(charge * 100_000_000n)
    }),
    runs(),
  )
})
