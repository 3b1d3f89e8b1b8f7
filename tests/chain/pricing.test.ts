import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatFlow, formatUsd, formatUsdPerFlow, MAX_UNITS, parseFlow, parseUsd } from '#lib/money/decimal.ts'
import { type UsdPerFlow, usdPerFlow } from '#lib/money/units.ts'
import { priceUsage, usdToFlow } from '#lib/pricing/price-usage.ts'
import { DEFAULT_SCHEDULE, type Schedule } from '#lib/pricing/schedule.ts'
import { type Billing, openBilling } from '#tests/support/billing.ts'
import { query, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { scheduleArguments } from '#tests/support/price-lists.ts'
import { modelName, schedule } from '#tests/support/random-schedules.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'
import vectors from '#tests/vectors/pricing.json' with { type: 'json' }

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

describe('the contract prices each published case exactly', () => {
  test.each(vectors.map((vector, index) => ({ index, ...vector })))('$index: $mode, $tier, $usd', async (vector) => {
    const used = Object.entries<string>(vector.usage)
    const quote = await billing.chain.script('price_usage', {
      models: used.map(([model]) => model),
      tokens: used.map(([, tokens]) => BigInt(tokens)),
      mode: vector.mode,
      usdPerFlow: vector.usdPerFlow,
    })
    expect(quote).toEqual({ tier: vector.tier, usd: parseUsd(vector.usd), flow: parseFlow(vector.flow) })
  })
})

interface Case {
  schedule: Schedule
  usage: Map<string, bigint>
  rate: UsdPerFlow
}

/** Counts around every bound of the schedule, small ones, and up to the largest that a reading can carry. */
const bounds = [100_000n, 1_000_000n, 10_000_000n].flatMap((bound) => [bound - 1n, bound, bound + 1n])
const tokens = fc.oneof(
  fc.constantFrom(0n, 1n, 999n, 1_000n, ...bounds),
  fc.bigInt(0n, 20_000_000n),
  fc.bigInt(0n, 2n ** 64n - 1n),
)
const usageCase: fc.Arbitrary<Case> = fc.record({
  schedule,
  usage: fc
    .uniqueArray(fc.tuple(modelName, tokens), { selector: ([name]) => name, maxLength: 12 })
    .map((entries) => new Map(entries)),
  rate: fc.oneof(fc.bigInt(1n, 1_000n), fc.bigInt(1_000_000n, 10_000_000_000n)).map(usdPerFlow),
})

/** What the contract should answer: nothing, and "none", for amounts that a UFix64 can't hold. */
function expected({ schedule: by, usage, rate }: Case): string[] {
  const price = priceUsage(by, usage)
  if (price.usd > MAX_UNITS) return []
  const flow = usdToFlow(price.usd, rate)
  const tier = String(by.tiers.indexOf(price.tier))
  return [tier, formatUsd(price.usd), flow > MAX_UNITS ? 'none' : formatFlow(flow)]
}

/** What the contract answers. */
const priceMany = (cases: readonly Case[]): Promise<string[][]> => {
  const lists = cases.map((each) => scheduleArguments(each.schedule))
  return query<string[][]>(billing, readTestCadence('price_many'), [
    lists.map(({ mode }) => mode),
    lists.map(({ tierUpTo }) => tierUpTo.map((upTo) => (upTo === null ? null : String(upTo)))),
    lists.map(({ tierUsdPer1K }) => tierUsdPer1K),
    lists.map(({ tierDiscountBps }) => tierDiscountBps.map(String)),
    lists.map(({ multiplierParts }) => multiplierParts),
    lists.map(({ multiplierBps }) => multiplierBps.map(String)),
    cases.map(({ usage }) => [...usage.keys()]),
    cases.map(({ usage }) => [...usage.values()].map(String)),
    cases.map(({ rate }) => formatUsdPerFlow(rate)),
  ])
}

test('TypeScript and the contract agree to the last digit on 2,000 random usages by random schedules', async () => {
  const perCall = 100
  const agree = fc.asyncProperty(fc.array(usageCase, { minLength: perCall, maxLength: perCall }), async (cases) => {
    expect(await priceMany(cases)).toEqual(cases.map(expected))
  })
  // Shrinking a hundred cases takes longer than a test may.
  await fc.assert(agree, { numRuns: (process.env['TEST_LONG'] ? 50_000 : 2_000) / perCall, endOnFailure: true })
})

describe('what can not be priced is refused', () => {
  const price = (models: readonly string[], tokens: readonly bigint[], usdPerFlow = '1.00000000') =>
    billing.chain.script('price_usage', { models, tokens, mode: null, usdPerFlow })
  const many = Array.from({ length: 33 }, (_, i) => `model-${i}`)

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['a model without a count', () => price(['gpt-4', 'gpt-5'], [1n]), /2 models and 1 token counts. Give one count/],
    ['more than 32 models', () => price(many, [...many.keys()].map(BigInt)), /There are 33 models. Give at most 32/],
    ['at a rate of 0', () => price(['gpt-4'], [1n], '0.00000000'), /The rate is 0. Give a rate above 0/],
    [
      'above the largest UFix64',
      () => price(['gpt-4', 'other'], [2n ** 64n - 1n, 2n ** 64n - 1n]),
      /It is above the largest UFix64. Price less/,
    ],
    [
      'more FLOW than the largest UFix64',
      () => price(['other'], [2n ** 40n], '0.00000001'),
      /It is above the largest UFix64. Price less/,
    ],
  ])('%s', async (_, ask, reason) => {
    await expect(ask()).rejects.toMatchObject({ details: { reason: expect.stringMatching(reason) } })
  })

  test.each([
    ['by a schedule without an open last tier', [false, true], /The last tier is not open. Publish another schedule/],
    ['by a schedule without a multiplier for it', [true, false], /Cannot price claude! No multiplier matches/],
  ])('%s', async (_, args, reason) => {
    await expect(query(billing, readTestCadence('price_by'), args)).rejects.toThrow(reason)
  })
})

test('the schedule of a fresh deployment is the one that TypeScript assumes', async () => {
  const { effectiveFrom: _, ...prices } = await billing.chain.script('get_schedule', { period: 203_006 })
  const { effectiveFrom: __, ...assumed } = DEFAULT_SCHEDULE
  expect(prices).toEqual(assumed)
})
