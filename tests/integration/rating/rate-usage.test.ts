import { afterAll, beforeAll, expect, test } from 'vitest'
import { cost } from '#lib/rating/cost.ts'
import type { CostRate } from '#lib/rating/cost-table.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import {
  draftCostTable,
  previewRerating,
  publishCostTable,
  rateUsage,
  type UsageBucket,
  type UsageGroup,
} from '#services/rating/index.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { type SeededCall, seedUsage } from '#tests/support/seeded-usage.ts'

const FROM = new Date('2026-10-05T00:00:00Z')
const TO = new Date('2026-11-17T00:00:00Z')
const SWITCH = '2026-10-21T13:00:00Z'
const GROUPS = ['account', 'feature', 'key', 'model', 'organisation', 'user', 'agent', 'conversation', 'team'] as const
const DAY_MS = 86_400_000

let opened: TestContext
let ctx: ServiceContext

/** Every combination of what calls differ in, spread over the span. */
const calls: SeededCall[] = Array.from({ length: 1_000 }, (_, i) => ({
  vault: BigInt(1 + (i % 3)),
  at: new Date(FROM.getTime() + Math.floor(((TO.getTime() - FROM.getTime()) * i) / 1_000)).toISOString(),
  model: ['gpt-4o', 'claude-3-opus'][i % 2] ?? '',
  provider: ['openai', 'anthropic'][i % 2] ?? '',
  input: 1_000 + i,
  output: 10 * i,
  cached: i % 7,
  cacheWrite: i % 5,
  reasoning: i % 11,
  status: i % 13 === 0 ? 'failure' : 'success',
  cacheHit: i % 17 === 0,
  user: `user ${i % 10}`,
  feature: ['chat', 'search'][i % 2] ?? '',
  organisation: ['', 'acme'][i % 2] ?? '',
  team: `team ${i % 3}`,
  conversation: `conversation ${i % 50}`,
  agent: `agent ${i % 4}`,
}))

/** Old and new rates: each kind has its own. */
const KINDS = ['input', 'output', 'cached', 'cache_write', 'reasoning', 'request'] as const
const rates = (factor: bigint): CostRate[] =>
  KINDS.map((kind, i) => ({ provider: '*', model: '*', kind, rate: factor * BigInt(i + 1) }))

function costOfCall(call: SeededCall): bigint {
  if (call.status === 'failure' || call.cacheHit) return 0n
  const factor = new Date(call.at) < new Date(SWITCH) ? 1n : 1_000n
  const { input = 0, output = 0, cached = 0, cacheWrite = 0, reasoning = 0 } = call
  const parts = [input - cached - cacheWrite, output - reasoning, cached, cacheWrite, reasoning, 1_000_000]
  return parts.reduce((sum, count, i) => sum + BigInt(count) * factor * BigInt(i + 1), 0n)
}

const labelOf: Record<(typeof GROUPS)[number], (call: SeededCall) => string | undefined> = {
  account: ({ vault }) => `vault:${vault}`,
  feature: ({ feature }) => feature,
  key: ({ key }) => key,
  model: ({ model }) => model,
  organisation: ({ organisation }) => organisation,
  user: ({ user }) => user,
  agent: ({ agent }) => agent,
  conversation: ({ conversation }) => conversation,
  team: ({ team }) => team,
}

beforeAll(async () => {
  opened = await createTestContext({ clock: () => TO })
  ctx = opened.ctx
  await seedUsage(ctx, calls)
  for (const [effectiveFrom, factor] of [
    ['2026-10-01T00:00:00Z', 1n],
    [SWITCH, 1_000n],
  ] as const) {
    const { version } = await draftCostTable(ctx, {
      effectiveFrom: new Date(effectiveFrom),
      note: '',
      rates: rates(factor),
    })
    const { previewHash } = await previewRerating(ctx, { version })
    await publishCostTable(ctx, { version, previewHash })
  }
})
afterAll(() => opened[Symbol.asyncDispose]())

const rate = (by: UsageGroup, every: UsageBucket, more: { accounts?: string[]; limit?: number } = {}) =>
  rateUsage(ctx, { accounts: null, from: FROM, to: TO, by, every, limit: 100_000, ...more })
const total = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n)

test.each(GROUPS)('by %s the cost is that of the calls, each at the price of its hour', async (by) => {
  const rows = await rate(by, 'all')
  const expected = Map.groupBy(calls, (call) => `vault:${call.vault} ${labelOf[by](call) ?? ''}`)
  const found = Map.groupBy(rows, ({ account, group }) => `${account} ${by === 'key' ? '' : group}`)
  expect([...found.keys()].toSorted()).toEqual([...expected.keys()].toSorted())
  for (const [name, group] of expected) {
    const same = found.get(name) ?? []
    expect(cost(total(same.map((row) => row.cost)))).toBe(total(group.map(costOfCall)))
    expect(total(same.map(({ measures }) => measures.requests))).toBe(BigInt(group.length))
  }
})

test.each(['day', 'week', 'month'] as const)('every %s begins where it begins in UTC', async (every) => {
  const begin = (call: SeededCall): string => {
    const day = Math.floor(new Date(call.at).getTime() / DAY_MS)
    const monday = day - ((day + 3) % 7)
    if (every === 'month') return `${call.at.slice(0, 7)}-01`
    return new Date((every === 'week' ? monday : day) * DAY_MS).toISOString().slice(0, 10)
  }
  for (const by of ['account', 'conversation'] as const) {
    const found = Map.groupBy(await rate(by, every), ({ bucket }) => bucket)
    const expected = Map.groupBy(calls, begin)
    expect([...found.keys()].toSorted()).toEqual([...expected.keys()].toSorted())
    for (const [bucket, group] of expected) {
      expect(total((found.get(bucket) ?? []).map((row) => row.cost))).toBe(total(group.map(costOfCall)))
    }
  }
})

test('everything together is the cost of all calls, and of no account', async () => {
  const rows = await rate('everything', 'day')
  expect(total(rows.map((row) => row.cost))).toBe(total(calls.map(costOfCall)))
  expect(new Set(rows.map(({ account }) => account))).toEqual(new Set(['']))
  const one = await rate('everything', 'all', { accounts: ['vault:2'] })
  expect(total(one.map((row) => row.cost))).toBe(total(calls.filter(({ vault }) => vault === 2n).map(costOfCall)))
})

test('only the accounts that are asked for are read', async () => {
  for (const by of ['model', 'team'] as const) {
    const rows = await rate(by, 'all', { accounts: ['vault:2'] })
    expect(new Set(rows.map(({ account }) => account))).toEqual(new Set(['vault:2']))
    expect(await rate(by, 'all', { accounts: [] })).toEqual([])
  }
})

test('more rows than wanted are refused, not cut off', async () => {
  const rows = await rate('user', 'day')
  await expect(rate('user', 'day', { limit: rows.length - 1 })).rejects.toMatchObject({ code: 'report_too_large' })
  expect(await rate('user', 'day', { limit: rows.length })).toHaveLength(rows.length)
})
