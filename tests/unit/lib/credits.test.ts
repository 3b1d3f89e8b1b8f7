import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { DEFAULT_PRICE_LIST, findBaseCost, POWERS, TIERS, validatePriceList } from '#lib/credits/price-list.ts'
import { priceRequest } from '#lib/credits/price-request.ts'
import { formatUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'

const vectors = z
  .array(
    z.object({
      tokens: z.string(),
      provider: z.string(),
      model: z.string(),
      power: z.enum(POWERS),
      tier: z.enum(TIERS),
      usd: z.string(),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL('../../vectors/credits.json', import.meta.url), 'utf8')))

describe('the price of a request in credits', () => {
  test.each(vectors)('$tokens tokens of $provider $model, $power, $tier', ({ tokens, usd: price, ...request }) => {
    const cost = priceRequest(DEFAULT_PRICE_LIST, request, BigInt(tokens))
    expect(cost === null ? null : formatUsd(cost)).toBe(price)
  })

  test('a model that the list does not name has no price', () => {
    const request = { provider: 'openrouter', model: 'unheard-of', power: 'eco', tier: 'free' } as const
    expect(priceRequest(DEFAULT_PRICE_LIST, request, 1n)).toBeNull()
    expect(findBaseCost(DEFAULT_PRICE_LIST, 'nobody', 'gpt-4o')).toBeNull()
  })

  test('names are compared without regard to case', () => {
    expect(findBaseCost(DEFAULT_PRICE_LIST, 'OpenRouter', 'Mistral/MIXTRAL-8x7B')).toBe(300_000n)
  })
})

describe('a price list', () => {
  test('that a fresh installation has is valid', () => {
    expect(validatePriceList(DEFAULT_PRICE_LIST)).toEqual([])
  })

  test('with a price below zero, a limit of nothing or a negative markup is refused with a sentence each', () => {
    const { powers, tiers } = DEFAULT_PRICE_LIST
    const faults = validatePriceList({
      baseCosts: [{ provider: 'x', all: [], usdPer1K: usd(-1n) }],
      powers: { ...powers, eco: { ...powers.eco, bps: -1n, maxTokens: 0 } },
      tiers: { ...tiers, free: { ...tiers.free, markupBps: -1n, requestsPerMinute: 0.5 } },
    })
    expect(faults).toEqual([
      'x: the price is below 0.',
      'eco: the multiplier is below 0.',
      'eco: the token limit must be a whole number above 0.',
      'free: the markup is below 0.',
      'free: limits must be whole numbers above 0.',
    ])
  })
})
