import { expect, test } from 'vitest'
import { gatewayFence } from '#lib/limits/gateway-fence.ts'
import { shareOfPrice } from '#lib/limits/share-of-price.ts'
import { DEFAULT_SCHEDULE } from '#lib/pricing/schedule.ts'

/** $60 per million tokens, in 1e-12 USD a token. */
const TOKEN = 60_000_000n

test('a fence of tokens is two windows of the dearest token, and room for reservations', () => {
  const fence = gatewayFence({ metric: 'tokens', amount: 1_000_000n }, TOKEN, DEFAULT_SCHEDULE)
  expect(fence).toBe((2_000_000n + 16_384n * 64n) * TOKEN)
})

test('a fence of money counts the most tokens that it can buy', () => {
  // $56 at the last tier's $0.0056 per 1K and the multiplier 0.6.
  const tokens = (56n * 100_000_000n * 1_000n * 10_000n * 10_000n) / (800_000n * 7_000n * 6_000n) + 1n
  expect(tokens).toBe(16_666_667n)
  const fence = gatewayFence({ metric: 'usd', amount: 5_600_000_000n }, TOKEN, DEFAULT_SCHEDULE)
  expect(fence).toBe((tokens * 2n + 16_384n * 64n) * TOKEN)
})

test('requests, an unknown cost and a free tier have no fence', () => {
  expect(gatewayFence({ metric: 'requests', amount: 5n }, TOKEN, DEFAULT_SCHEDULE)).toBeNull()
  expect(gatewayFence({ metric: 'tokens', amount: 5n }, 0n, DEFAULT_SCHEDULE)).toBeNull()
  const free = { ...DEFAULT_SCHEDULE, tiers: DEFAULT_SCHEDULE.tiers.map((tier) => ({ ...tier, discountBps: 10_000n })) }
  expect(gatewayFence({ metric: 'usd', amount: 5n }, TOKEN, free)).toBeNull()
})

test('the share of a part of the usage is by weighted tokens', () => {
  const account = new Map([
    ['gpt-4', 60_000n],
    ['llama-3', 40_000n],
  ])
  // Weights 90,000 and 24,000 of a bill of $2.28.
  expect(shareOfPrice(DEFAULT_SCHEDULE, account, new Map([['gpt-4', 60_000n]]))).toBe(180_000_000n)
  expect(shareOfPrice(DEFAULT_SCHEDULE, account, new Map([['llama-3', 20_000n]]))).toBe(24_000_000n)
  expect(shareOfPrice(DEFAULT_SCHEDULE, account, new Map())).toBe(0n)
  expect(shareOfPrice(DEFAULT_SCHEDULE, new Map(), new Map())).toBe(0n)
})
