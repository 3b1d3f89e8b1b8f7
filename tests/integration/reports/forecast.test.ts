import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatUsd } from '#lib/money/decimal.ts'
import { priceUsage } from '#lib/pricing/price-usage.ts'
import { DEFAULT_SCHEDULE } from '#lib/pricing/schedule.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { forecastFile, forecastQuery, getForecast } from '#services/reports/index.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { type SeededCall, seedUsage } from '#tests/support/seeded-usage.ts'
import type { Wallet } from '#tests/support/web-browser.ts'

/** 19 days of November are over, and what today brings has come. */
const NOW = new Date('2026-11-20T10:30:00Z')
const DAY_MS = 86_400_000

let world: ChainWorld
let opened: TestContext
let base: ServiceContext
let owner: Wallet
let steady: bigint
let fresh: bigint

const daily = (vault: bigint, days: number, call: Partial<SeededCall> = {}): SeededCall[] =>
  Array.from({ length: days }, (_, i) => ({
    vault,
    at: new Date(NOW.getTime() - i * DAY_MS).toISOString(),
    input: 6_000,
    output: 0,
    usd: '0.0001',
    ...call,
  }))

beforeAll(async () => {
  world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  opened = await createTestContext({ chain: world.chain, deploymentId, clock: () => NOW })
  base = opened.ctx
  owner = await world.newWallet()
  steady = await world.openVault(owner)
  fresh = await world.openVault(owner)
  await seedUsage(base, [
    ...daily(steady, 200, { model: 'gpt-4' }),
    ...daily(steady, 200, { model: 'other' }),
    ...daily(fresh, 20),
  ])
})
afterAll(() => opened[Symbol.asyncDispose]())

const forecast = (vault: bigint | null, actor: ServiceContext['actor'] = base.actor) =>
  getForecast({ ...base, actor }, forecastQuery.parse(vault === null ? {} : { account: `vault:${vault}` }))

test('steady usage is forecast to the token, and priced at the tier that the month will reach', async () => {
  const { period, endsAt, tokens, billedUsd, litellmUsd } = await forecast(steady)
  expect([period, endsAt]).toEqual([202_611, '2026-12-01T00:00:00.000Z'])
  expect(tokens).toEqual({ soFar: '240000', low: '360000', point: '360000', high: '360000', reason: null })
  const price = (each: bigint) =>
    formatUsd(
      priceUsage(
        DEFAULT_SCHEDULE,
        new Map([
          ['gpt-4', each],
          ['other', each],
        ]),
      ).usd,
    )
  expect(billedUsd).toMatchObject({ soFar: price(120_000n), point: price(180_000n), low: price(180_000n) })
  expect(litellmUsd).toMatchObject({ soFar: '0.004000000000', point: '0.006000000000' })
})

test('earlier months are replayed as of the same day', async () => {
  const { replay } = await forecast(steady)
  expect(replay).toEqual({ months: 5, covered: 5, medianErrorPercent: '0.00' })
})

test('too little history is said, with what came so far', async () => {
  const { tokens, billedUsd, replay } = await forecast(fresh)
  const nothing = { low: null, point: null, high: null, reason: 'too_little_history' }
  expect(tokens).toEqual({ soFar: '120000', ...nothing })
  expect(billedUsd).toMatchObject(nothing)
  expect(replay).toEqual({ months: 0, covered: 0, medianErrorPercent: null })
})

test('a cost that lacks tokens without a rate is not forecast', async () => {
  expect((await forecast(steady)).ratedUsd).toMatchObject({ soFar: '0.00000000000000', reason: 'unrated_usage' })
})

test('several accounts are forecast together, each priced by itself', async () => {
  const all = await forecast(null)
  expect(all.tokens).toMatchObject({ soFar: '360000', reason: null })
  const alone = await forecast(steady)
  const point = (of: typeof all) => BigInt((of.billedUsd.point ?? '0').replace('.', ''))
  expect(point(all)).toBeGreaterThan(point(alone))
})

test('the owner is told the bill, not the costs', async () => {
  const seen = await forecast(steady, { kind: 'user', address: owner.address })
  expect(seen).toMatchObject({ tokens: { point: '360000' }, litellmUsd: null, ratedUsd: null })
  const provider = await forecast(steady, { kind: 'user', address: world.accounts.provider.address })
  expect(provider.litellmUsd).toMatchObject({ point: '0.006000000000' })
})

test('as a file it has a line for each amount', async () => {
  const query = forecastQuery.parse({ account: `vault:${steady}` })
  const text = (await Array.fromAsync(forecastFile(base, query))).join('')
  expect(text.split('\r\n').slice(0, 2)).toEqual([
    'measure,so_far,low,point,high,reason',
    'tokens,240000,360000,360000,360000,',
  ])
})
