import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatUsd } from '#lib/money/decimal.ts'
import { nextPeriod, periodOf, periodStart } from '#lib/period/period.ts'
import { getUsages, ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'

let world: ChainWorld
let opened: TestContext
let ctx: ServiceContext
const now = new Date()

beforeAll(async () => {
  world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  opened = await createTestContext({ chain: world.chain, deploymentId })
  ctx = opened.ctx
})
afterAll(() => opened[Symbol.asyncDispose]())

const ingest = (...raws: unknown[]) => ingestEvents(ctx, { road: 'plugin', items: raws.map((raw) => ({ raw })) })
const usageOf = async (vaultId: bigint) => (await getUsages(ctx, [vaultId])).get(vaultId)

describe('usage of the open period', () => {
  test('is priced as the contract prices it; the models add up to the price', async () => {
    const keyHash = await giveKey(ctx, 1n)
    const at = { startedAt: now.toISOString(), outputTokens: '0' }
    await ingest(
      usageEvent(keyHash, { ...at, model: 'gpt-4', inputTokens: '249000' }),
      usageEvent(keyHash, { ...at, model: 'gpt-4', inputTokens: '1000' }),
      usageEvent(keyHash, { ...at, model: 'claude-3-opus', inputTokens: '333' }),
      usageEvent(keyHash, { ...at, model: 'no-such-model', status: 'failure', inputTokens: null, outputTokens: null }),
      usageEvent(keyHash, { ...at, model: 'gpt-4', inputTokens: '77', cacheHit: true }),
      usageEvent(keyHash, { startedAt: new Date(periodStart(periodOf(now)).getTime() - 1).toISOString() }),
    )
    const usage = await usageOf(1n)
    const onChain = await world.chain.script('price_usage', {
      models: ['gpt-4', 'claude-3-opus'],
      tokens: [250_000n, 333n],
      mode: null,
      usdPerFlow: '1.00000000',
    })
    expect(usage).toMatchObject({ period: periodOf(now), tokens: 250_333n, requests: 5n, tier: 'Growth' })
    expect(formatUsd(usage?.priceUsd ?? onChain.usd)).toBe(formatUsd(onChain.usd))
    expect(usage?.models.map(({ model, tokens, requests }) => [model, tokens, requests])).toEqual([
      ['gpt-4', 250_000n, 3n],
      ['claude-3-opus', 333n, 1n],
    ])
    expect(usage?.models.reduce((sum, { usd }) => sum + usd, 0n)).toBe(usage?.priceUsd)
  })

  test('shows the 20 newest calls, newest first, of each vault its own', async () => {
    const keys = [await giveKey(ctx, 2n), await giveKey(ctx, 3n)]
    const calls = Array.from({ length: 50 }, (_, i) =>
      usageEvent(keys[i % 2] ?? '', { startedAt: new Date(now.getTime() - i * 1000).toISOString() }),
    )
    await ingest(...calls.toReversed())
    const usages = await getUsages(ctx, [2n, 3n])
    expect(usages.get(2n)?.recent.map(({ id }) => id)).toEqual(
      calls
        .filter((_, i) => i % 2 === 0)
        .slice(0, 20)
        .map(({ id }) => id),
    )
    expect(usages.get(3n)?.recent).toHaveLength(20)
  })

  test('of a vault without calls is zero, and of no vaults nothing', async () => {
    expect(await usageOf(999n)).toMatchObject({ tokens: 0n, requests: 0n, priceUsd: 0n, models: [], recent: [] })
    expect(await getUsages(ctx, [])).toEqual(new Map())
  })

  test('a period that is to come can be asked for', async () => {
    const usages = await getUsages(ctx, [1n], nextPeriod(periodOf(now)))
    expect(usages.get(1n)).toMatchObject({ tokens: 0n, priceUsd: 0n })
  })
})
