import { describe, expect, test } from 'vitest'
import { cost, costToUsd, formatCost } from '#lib/rating/cost.ts'
import {
  type CostRate,
  type CostTable,
  MAX_RATE,
  switchesIn,
  tableAt,
  timelineOf,
  validateCostTable,
} from '#lib/rating/cost-table.ts'
import { rateFromPrice } from '#lib/rating/rate-from-price.ts'
import { usageRater } from '#lib/rating/rate-usage.ts'
import { RATE_KINDS, type RateKind, type RatedUsage } from '#lib/rating/token-classes.ts'
import vectors from '#tests/vectors/rating.json' with { type: 'json' }

const none: RatedUsage = {
  requests: 0n,
  inputTokens: 0n,
  outputTokens: 0n,
  cachedTokens: 0n,
  cacheWriteTokens: 0n,
  reasoningTokens: 0n,
}
const ratesOf = (provider: string, model: string, rates: Partial<Record<RateKind, bigint>>): CostRate[] =>
  RATE_KINDS.flatMap((kind) => (rates[kind] === undefined ? [] : [{ provider, model, kind, rate: rates[kind] }]))
const tableOf = (rates: readonly CostRate[], version = 1, at = '2026-01-01T00:00:00Z'): CostTable => ({
  version,
  effectiveFrom: new Date(at),
  rates,
})

describe('the cost of usage', () => {
  test.each(vectors.cases)('$provider $model is what LiteLLM makes of it, each token once', (given) => {
    const { provider, model, usdPerToken, usage, litellmUsd } = given
    const rates = Object.fromEntries(
      Object.entries(usdPerToken).map(([kind, price]) => [kind, rateFromPrice(price, 'token') ?? -1n]),
    )
    const counts = Object.fromEntries(Object.entries(usage).map(([name, count]) => [name, BigInt(count)]))
    const rated = usageRater(tableOf(ratesOf(provider, model, rates)))(provider, model, { ...none, ...counts })
    expect(rated.unrated).toEqual([])
    expect(formatCost(rated.cost)).toBe(padded(litellmUsd))
  })

  test('of one token at 0.0000025 USD is that, and is shown rounded down', () => {
    const rater = usageRater(tableOf(ratesOf('openai', 'gpt-4o', { input: 250_000_000n })))
    const { cost: sum } = rater('openai', 'gpt-4o', { ...none, inputTokens: 1n })
    expect(formatCost(sum)).toBe('0.00000250000000')
    expect(costToUsd(sum)).toBe(250n)
    expect(costToUsd(cost(999_999n))).toBe(0n)
    expect(costToUsd(cost(-1n))).toBe(-1n)
    expect(formatCost(cost(-1n))).toBe('-0.00000000000001')
  })

  test('has a fee per request where the table has one', () => {
    const rater = usageRater(tableOf(ratesOf('*', '*', { input: 0n, request: 500_000n })))
    expect(formatCost(rater('any', 'model', { ...none, requests: 3n, inputTokens: 9n }).cost)).toBe('0.01500000000000')
  })

  test('keeps what has no rate apart, and a rate of 0 is a rate', () => {
    const rater = usageRater(tableOf(ratesOf('openai', 'gpt-4o', { input: 1n, output: 0n })))
    const usage = { ...none, requests: 1n, inputTokens: 10n, cachedTokens: 4n, outputTokens: 5n }
    expect(rater('openai', 'gpt-4o', usage)).toEqual({ cost: 6n, unrated: [{ kind: 'cached', tokens: 4n }] })
    expect(rater('openai', 'gpt-5', usage).unrated.map(({ kind }) => kind)).toEqual(['input', 'output', 'cached'])
    expect(usageRater(null)('openai', 'gpt-4o', usage)).toMatchObject({ cost: 0n, unrated: { length: 3 } })
  })

  test('takes the rate of the model and provider first, then of the model, of the provider, of all', () => {
    const rates = (provider: string, model: string, rate: bigint) => ratesOf(provider, model, { input: rate })
    const all = [rates('*', '*', 1n), rates('b', '*', 2n), rates('*', 'y', 3n), rates('b', 'y', 4n)].flat()
    const rater = usageRater(tableOf(all))
    const one = { ...none, inputTokens: 1n }
    expect(['a/x', 'b/x', 'a/y', 'b/y'].map((name) => rater(name[0] ?? '', name[2] ?? '', one).cost)).toEqual([
      1n,
      2n,
      3n,
      4n,
    ])
  })

  test('counts parts that exceed their whole as they are', () => {
    const rater = usageRater(tableOf(ratesOf('*', '*', { input: 100n, cached: 1n })))
    expect(rater('a', 'x', { ...none, inputTokens: 5n, cachedTokens: 50n }).cost).toBe(50n)
  })
})

const padded = (usd: string): string => {
  const [whole = '', rest = ''] = usd.split('.')
  return `${whole}.${rest.padEnd(14, '0')}`
}

describe('the table that holds', () => {
  const from = (version: number, at: string) => tableOf(ratesOf('*', '*', { input: BigInt(version) }), version, at)
  const timeline = timelineOf([
    from(3, '2026-03-01T00:00:00Z'),
    from(1, '2026-01-01T00:00:00Z'),
    from(4, '2026-02-01T05:00:00Z'),
    from(2, '2026-03-01T00:00:00Z'),
  ])
  const versionAt = (at: string) => tableAt(timeline, new Date(at))?.version ?? null

  test.each([
    ['2025-12-31T23:59:59Z', null],
    ['2026-01-01T00:00:00Z', 1],
    ['2026-02-01T04:59:59.999Z', 1],
    ['2026-02-01T05:00:00Z', 4],
    ['2026-03-01T00:00:00Z', 3],
    ['2030-01-01T00:00:00Z', 3],
  ])('at %s is version %s', (at, version) => {
    expect(versionAt(at)).toBe(version)
  })

  test('changes only inside a span', () => {
    const span = switchesIn(timeline, new Date('2026-02-01T05:00:00Z'), new Date('2026-03-01T00:00:01Z'))
    expect(span.map((at) => at.toISOString())).toEqual(['2026-03-01T00:00:00.000Z'])
  })
})

describe('a table is refused', () => {
  const good = { provider: 'openai', model: 'gpt-4o', kind: 'input', rate: 1n } as const
  const at = new Date('2026-01-01T00:00:00Z')

  test.each<[string, CostRate[], Date]>([
    ['without a rate', [], at],
    ['within an hour', [good], new Date('2026-01-01T00:30:00Z')],
    ['at no time', [good], new Date(NaN)],
    ['with a rate below 0', [{ ...good, rate: -1n }], at],
    ['with a rate beyond all bounds', [{ ...good, rate: MAX_RATE + 1n }], at],
    ['with a model in upper case', [{ ...good, model: 'GPT-4o' }], at],
    ['with a provider that is no name', [{ ...good, provider: 'open ai' }], at],
    ['with two rates for one thing', [good, { ...good, rate: 2n }], at],
  ])('%s', (_name, rates, effectiveFrom) => {
    expect(validateCostTable({ rates, effectiveFrom })).toHaveLength(1)
  })

  test('but not one that is well made', () => {
    expect(validateCostTable({ rates: [good, { ...good, model: '*', rate: MAX_RATE }], effectiveFrom: at })).toEqual([])
  })
})

describe("another system's price as a rate", () => {
  test.each<[string, 'token' | 'request', bigint | null]>([
    ['0.0000025', 'token', 250_000_000n],
    ['2.5e-06', 'token', 250_000_000n],
    ['1.25e-7', 'token', 12_500_000n],
    ['1e-14', 'token', 1n],
    ['1.0000000000000002e-07', 'token', 10_000_000n],
    ['4.9e-15', 'token', 0n],
    ['5e-15', 'token', 1n],
    ['0', 'token', 0n],
    ['0.005', 'request', 500_000n],
    ['-1e-6', 'token', null],
    ['NaN', 'token', null],
    ['', 'token', null],
  ])('%s USD per %s is %s', (price, per, rate) => {
    expect(rateFromPrice(price, per)).toBe(rate)
  })
})
