import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatUsd, parseUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { forecastQuery, getForecast } from '#services/reports/index.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { seedUsage } from '#tests/support/seeded-usage.ts'
import { newSpender, payCalls, type Spender } from '#tests/support/spent-credits.ts'
import type { Wallet } from '#tests/support/web-browser.ts'

const NOW = new Date('2026-11-20T10:30:00Z')
const DAY_MS = 86_400_000

let world: ChainWorld
let opened: TestContext
let base: ServiceContext
let owner: Wallet
let vault: bigint
let steady: Spender
let fresh: Spender

const daily = (days: number) =>
  Array.from({ length: days }, (_, i) => ({
    at: new Date(NOW.getTime() - i * DAY_MS).toISOString(),
    taken: 1_000n,
    input: 6_000,
    output: 0,
  }))

beforeAll(async () => {
  world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  opened = await createTestContext({ chain: world.chain, deploymentId, clock: () => NOW })
  base = opened.ctx
  owner = await world.newWallet()
  vault = await world.openVault(owner)
  steady = await newSpender(base, `flow:${owner.address}`)
  fresh = await newSpender(base, 'oidc:issuer|fresh')
  await payCalls(base, steady, daily(60))
  await payCalls(base, fresh, daily(20))
  await seedUsage(
    base,
    daily(60).map((call) => ({ ...call, vault })),
  )
})
afterAll(() => opened[Symbol.asyncDispose]())

const own: () => ServiceContext = () => ({ ...base, actor: { kind: 'user', address: owner.address } })
const forecast = (ctx: ServiceContext, query = {}) => getForecast(ctx, forecastQuery.parse(query))
const money = (amount: bigint): string => formatUsd(usd(amount))

test('credits go on at what their tokens took of late', async () => {
  const { tokens, billedUsd, litellmUsd } = await forecast(own(), { account: steady.name })
  expect(tokens).toMatchObject({ soFar: '120000', point: '180000' })
  const end = money(30_000n)
  expect(billedUsd).toEqual({ soFar: money(20_000n), low: end, point: end, high: end, reason: null })
  expect(litellmUsd).toBeNull()
})

test('beside a subscription they are forecast together, each by its own prices', async () => {
  const [alone, both] = [await forecast(own(), { account: `vault:${vault}` }), await forecast(own())]
  expect(both.tokens).toMatchObject({ soFar: '240000', point: '360000' })
  const point = (of: typeof both) => parseUsd(of.billedUsd.point ?? '0')
  expect(point(alone)).toBeGreaterThan(0n)
  expect(point(both)).toBe(point(alone) + 30_000n)
  expect(parseUsd(both.billedUsd.soFar)).toBe(parseUsd(alone.billedUsd.soFar) + 20_000n)
})

test('without usage enough there is none, but what the month took', async () => {
  const holder: ServiceContext = { ...base, actor: { kind: 'account', accountId: fresh.id, via: 'oidc' } }
  const nothing = { low: null, point: null, high: null, reason: 'too_little_history' }
  expect((await forecast(holder)).billedUsd).toEqual({ soFar: money(20_000n), ...nothing })
  await expect(forecast(holder, { account: steady.name })).rejects.toMatchObject({ code: 'not_permitted' })
})
