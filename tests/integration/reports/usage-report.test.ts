import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatUsd, parseUsd } from '#lib/money/decimal.ts'
import { priceUsage } from '#lib/pricing/price-usage.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getSchedule } from '#services/pricing/index.ts'
import { draftCostTable, previewRerating, publishCostTable } from '#services/rating/index.ts'
import {
  getHeavyUsers,
  getTotals,
  getTrend,
  getUsageReport,
  heavyUsersQuery,
  totalsQuery,
  trendQuery,
  usageReportFile,
  usageReportQuery,
} from '#services/reports/index.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { reportedCalls } from '#tests/support/reported-calls.ts'
import { type SeededCall, seedUsage } from '#tests/support/seeded-usage.ts'
import type { Wallet } from '#tests/support/web-browser.ts'

const NOW = new Date('2026-11-20T10:30:00Z')

let world: ChainWorld
let opened: TestContext
let base: ServiceContext
let customer: Wallet
let other: Wallet
let one: bigint
let two: bigint
let foreign: bigint
let calls: SeededCall[]

const as = (wallet: Wallet): ServiceContext => ({ ...base, actor: { kind: 'user', address: wallet.address } })

beforeAll(async () => {
  world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  opened = await createTestContext({ chain: world.chain, deploymentId, clock: () => NOW })
  base = opened.ctx
  ;[customer, other] = await Promise.all([world.newWallet(), world.newWallet()])
  one = await world.openVault(customer)
  two = await world.openVault(customer)
  foreign = await world.openVault(other)
  calls = reportedCalls({ one, foreign, two, now: NOW })
  await seedUsage(base, calls)
  const rates = (['input', 'output'] as const).map((kind) => ({ provider: '*', model: 'gpt-4', kind, rate: 10n ** 9n }))
  const { version } = await draftCostTable(base, { effectiveFrom: new Date('2026-01-01'), note: '', rates })
  await publishCostTable(base, { version, previewHash: (await previewRerating(base, { version })).previewHash })
})
afterAll(() => opened[Symbol.asyncDispose]())

const ALL = { from: '2026-09-01', to: '2026-11-21' }
const usage = (ctx: ServiceContext, query: Record<string, string>) =>
  getUsageReport(ctx, usageReportQuery.parse({ ...ALL, limit: '1000', ...query }))
const failure = (code: string) => expect.objectContaining({ code })

/** What the contract will price a vault's month at. */
async function billOf(vault: bigint, period: number): Promise<bigint> {
  const tokens = new Map<string, bigint>()
  for (const { model = '', input = 0, output = 0, at, status, cacheHit } of calls.filter(
    (call) => call.vault === vault,
  )) {
    if (status === 'failure' || cacheHit || at.slice(0, 7) !== `${period}`.replace(/^(\d{4})/, '$1-')) continue
    tokens.set(model, (tokens.get(model) ?? 0n) + BigInt(input + output))
  }
  return priceUsage(await getSchedule(base, period), tokens).usd
}
const billed = (rows: readonly { billedUsd: string }[]): bigint =>
  rows.reduce((sum, { billedUsd }) => sum + parseUsd(billedUsd), 0n)

describe('the bill', () => {
  test('of an account and a month is what the contract will price it at', async () => {
    const { rows } = await usage(base, { by: 'account', every: 'month' })
    const expected = []
    for (const [bucket, period] of [
      ['2026-09-01', 202_609],
      ['2026-10-01', 202_610],
      ['2026-11-01', 202_611],
    ] as const) {
      for (const vault of [one, two, foreign].toSorted((a, b) => (`${a}` < `${b}` ? -1 : 1))) {
        expected.push([bucket, `vault:${vault}`, formatUsd((await billOf(vault, period)) as never)])
      }
    }
    expect(rows.map(({ bucket, account, billedUsd }) => [bucket, account, billedUsd])).toEqual(expected)
  })

  test.each(['user', 'feature', 'organisation', 'model', 'key', 'agent', 'team'])(
    'is shared by %s without a rest, by day, by week and as a whole',
    async (by) => {
      const whole = billed((await usage(base, { by: 'account' })).rows)
      for (const every of ['all', 'week']) expect(billed((await usage(base, { by, every })).rows)).toBe(whole)
      const october = { by, every: 'day', from: '2026-10-01', to: '2026-11-01', account: `vault:${one}` }
      expect(billed((await usage(base, october)).rows)).toBe(await billOf(one, 202_610))
    },
  )

  test('of some days leaves to the other days what is theirs', async () => {
    const days = (from: string, to: string) =>
      usage(base, { by: 'model', every: 'day', account: `vault:${one}`, from, to })
    const [first, second] = [await days('2026-10-01', '2026-10-12'), await days('2026-10-12', '2026-11-01')]
    const difference = billed(first.rows) + billed(second.rows) - (await billOf(one, 202_610))
    // Each report shares in whole 1e-8, so two of them may differ from one by a unit for each of their rows.
    expect(Math.abs(Number(difference))).toBeLessThan(first.rows.length + second.rows.length)
    expect(billed(first.rows)).toBeGreaterThan(0n)
  })
})

describe('a report', () => {
  test('has the calls, tokens and costs of its group, and what is left of the bill', async () => {
    const { rows } = await usage(base, { by: 'feature', account: `vault:${one}` })
    const chat = rows.find(({ key }) => key === 'chat')
    const own = calls.filter(({ vault, feature }) => vault === one && feature === 'chat')
    const good = own.filter(({ status, cacheHit }) => status !== 'failure' && !cacheHit)
    const sum = (of: (call: SeededCall) => number) => good.reduce((all, call) => all + of(call), 0)
    expect(chat).toMatchObject({
      account: `vault:${one}`,
      requests: `${own.length}`,
      failures: `${own.filter(({ status }) => status === 'failure').length}`,
      tokens: {
        input: `${sum(({ input = 0 }) => input)}`,
        output: `${sum(({ output = 0 }) => output)}`,
        billable: `${sum(({ input = 0, output = 0 }) => input + output)}`,
      },
    })
    const litellm = good.reduce((all, { usd = '0' }) => all + BigInt(usd.replace('0.', '').padEnd(12, '0')), 0n)
    const exact = (text = '0') => BigInt(text.replace('.', ''))
    expect(exact(chat?.costs?.litellmUsd)).toBe(litellm)
    expect(exact(chat?.costs?.marginUsd)).toBe(parseUsd(chat?.billedUsd ?? '0') * 10_000n - litellm)
  })

  test('lists what no cost table prices, and its rated cost lacks it', async () => {
    const { rows, unrated } = await usage(base, { by: 'model' })
    expect(new Set(unrated?.map(({ model }) => model))).toEqual(new Set(['claude-3-opus', 'gpt-3.5-turbo']))
    const costs = new Map(rows.map(({ key, costs: each }) => [key, each]))
    expect(costs.get('gpt-4')?.unratedTokens).toBe('0')
    expect(costs.get('claude-3-opus')).toMatchObject({ ratedUsd: '0.00000000000000' })
    expect(BigInt(costs.get('claude-3-opus')?.unratedTokens ?? 0)).toBeGreaterThan(0n)
  })

  test('comes in pages that are the whole report, in one order, also while usage arrives', async () => {
    const query = { ...ALL, by: 'conversation', every: 'week', limit: '7' }
    const whole = await usage(base, { ...query, limit: '1000' })
    const pages = []
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await usage(base, { ...query, ...(cursor ? { cursor } : {}) })
      pages.push(...page.rows)
      cursor = page.nextCursor
    }
    expect(whole.rows.length).toBeGreaterThan(50)
    expect(pages).toEqual(whole.rows)
    const names = pages.map(({ bucket, account, key }) => JSON.stringify([bucket, account, key]))
    expect(names).toEqual([...new Set(names)].toSorted())
  })

  test('as a file has the same rows and the same figures', async () => {
    const { rows } = await usage(base, { by: 'user', every: 'month' })
    const query = usageReportQuery.parse({ ...ALL, by: 'user', every: 'month', format: 'csv' })
    const text = (await Array.fromAsync(usageReportFile(base, query))).join('')
    const lines = text.trimEnd().split('\r\n')
    expect(lines[0]).toContain('bucket,account,by,key,requests,failures')
    expect(lines.slice(1).map((line) => /,(\d+\.\d{8}),/.exec(line)?.[1])).toEqual(
      rows.map(({ billedUsd }) => billedUsd),
    )
    expect(text).toContain(`"'=cmd|"" /C calc""!A0"`)
  })
})

describe('who may see what', () => {
  const accountsOf = async (ctx: ServiceContext, query = {}) =>
    new Set((await usage(ctx, { by: 'account', ...query })).rows.map(({ account }) => account))
  const names = (...vaults: bigint[]) => new Set(vaults.map((vault) => `vault:${vault}`))

  test('the owner sees their vaults, without what the calls cost', async () => {
    expect(await accountsOf(as(customer))).toEqual(names(one, two))
    expect(await accountsOf(as(other))).toEqual(names(foreign))
    const report = await usage(as(customer), { by: 'model' })
    expect(report.unrated).toBeNull()
    expect([...report.rows, report.totals].map(({ costs }) => costs)).toEqual(report.rows.map(() => null).concat(null))
  })

  test('a provider sees the vaults that pay him, with what they cost', async () => {
    const { provider } = world.accounts
    expect(await accountsOf(as(provider))).toEqual(names(one, two, foreign))
    expect((await usage(as(provider), {})).totals.costs).not.toBeNull()
  })

  test('who names himself as provider of his own vault does not see the cost of it', async () => {
    const vault = await world.openVault(other, { provider: other.address })
    await seedUsage(base, [{ vault, at: '2026-11-01T00:00:00.000Z' }])
    expect((await usage(as(other), { account: `vault:${vault}` })).totals.costs).toBeNull()
    await expect(usage(as(other), { account: `vault:${vault}`, as: 'provider' })).rejects.toEqual(
      failure('not_permitted'),
    )
  })

  test('the admin sees every account, and as an owner only their own', async () => {
    const { admin } = world.accounts
    expect(await accountsOf(as(admin))).toEqual(await accountsOf(base))
    expect((await usage(as(admin), {})).totals.costs).not.toBeNull()
    expect(await accountsOf(as(admin), { as: 'owner' })).toEqual(names())
  })

  test('nobody sees another’s', async () => {
    const account = `vault:${foreign}`
    await expect(usage(as(customer), { account })).rejects.toEqual(failure('not_permitted'))
    await expect(usage(as(customer), { as: 'admin' })).rejects.toEqual(failure('not_permitted'))
    await expect(usage(as(customer), { account: `vault:${one}`, as: 'provider' })).rejects.toEqual(
      failure('not_permitted'),
    )
    await expect(usage({ ...base, actor: { kind: 'anonymous' } }, {})).rejects.toEqual(failure('session_required'))
    await expect(usage(as(customer), { account: 'vault:999999' })).rejects.toEqual(failure('vault_not_found'))
  })

  test('users are not compared by costs for who may not see them', async () => {
    const query = heavyUsersQuery.parse({ ...ALL, measure: 'litellm' })
    await expect(getHeavyUsers(as(customer), query)).rejects.toEqual(failure('not_permitted'))
    expect((await getHeavyUsers(as(world.accounts.provider), query)).heaviest.length).toBeGreaterThan(0)
  })
})

describe('trends, heavy users and totals', () => {
  test('a trend has every day, with its change, and says which are over', async () => {
    await seedUsage(base, [{ vault: one, at: '2026-07-04T10:00:00.000Z' }])
    const query = { from: '2026-07-01', to: '2026-07-08', every: 'day', account: `vault:${one}` }
    const { rows } = await getTrend(base, trendQuery.parse(query))
    expect(rows.map(({ bucket, tokens }) => [bucket.slice(-2), tokens.billable])).toEqual(
      ['01', '02', '03', '04', '05', '06', '07'].map((name) => [name, name === '04' ? '150' : '0']),
    )
    expect(rows.map(({ change }) => change?.tokensPercent)).toEqual([
      undefined,
      null,
      null,
      null,
      '-100.00',
      null,
      null,
    ])
    const now = await getTrend(base, trendQuery.parse({ ...query, from: '2026-11-19', to: '2026-11-22' }))
    expect(now.rows.map(({ isComplete }) => isComplete)).toEqual([true, false, false])
  })

  test('users of two accounts are two, also with one name', async () => {
    const { users, heaviest, total } = await getHeavyUsers(base, heavyUsersQuery.parse({ ...ALL, measure: 'tokens' }))
    const names = heaviest.map(({ account, user }) => `${account} ${user}`)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toContain(`vault:${one} ann`)
    expect(names).toContain(`vault:${two} ann`)
    expect(users).toBe(`${names.length}`)
    expect(heaviest.reduce((sum, { amount }) => sum + BigInt(amount), 0n)).toBe(BigInt(total))
    const amounts = heaviest.map(({ amount }) => BigInt(amount))
    expect(amounts).toEqual(amounts.toSorted((a, b) => (a > b ? -1 : 1)))
  })

  test('a user far above the median is heavy', async () => {
    const quiet = Array.from({ length: 9 }, (_, i): SeededCall => ({
      vault: two,
      at: '2026-06-10T00:00:00.000Z',
      user: `u${i}`,
    }))
    await seedUsage(base, [...quiet, { vault: two, at: '2026-06-11T00:00:00.000Z', user: 'whale', input: 100_000 }])
    const query = { from: '2026-06-01', to: '2026-07-01', measure: 'tokens', top: '3' }
    const { heaviest, distribution } = await getHeavyUsers(base, heavyUsersQuery.parse(query))
    expect(heaviest.map(({ user, isHeavy }) => [user, isHeavy])).toEqual([
      ['whale', true],
      ['u0', false],
      ['u1', false],
    ])
    expect(distribution).toEqual({ p50: '150', p90: '150', p99: '100050', max: '100050' })
    expect(heaviest[0]?.sharePercent).toBe('98.66')
  })

  test('totals are of all calls; per user only of those that name one', async () => {
    const query = { from: '2026-10-01', to: '2026-11-01', account: `vault:${one}` }
    const totals = await getTotals(base, totalsQuery.parse(query))
    const { rows } = await usage(base, { ...query, by: 'user' })
    const named = rows.filter(({ key }) => key !== null)
    expect(totals.totals.billedUsd).toBe(formatUsd((await billOf(one, 202_610)) as never))
    expect(totals.activeUsers).toBe(`${named.length}`)
    expect(parseUsd(totals.perActiveUser?.billedUsd ?? '0')).toBe(billed(named) / BigInt(named.length))
    const none = await getTotals(base, totalsQuery.parse({ ...query, from: '2026-02-01', to: '2026-02-02' }))
    expect(none).toMatchObject({
      activeUsers: '0',
      perActiveUser: null,
      totals: { requests: '0', billedUsd: '0.00000000' },
    })
  })
})

test('a cursor that is none is refused', async () => {
  await expect(usage(base, { cursor: 'nonsense' })).rejects.toEqual(failure('invalid_request'))
})
