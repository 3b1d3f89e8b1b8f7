import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatUsd, parseUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import { correctCharge, refundUsage } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import {
  findHolders,
  getHeavyUsers,
  getTotals,
  getTrend,
  getUsageOverview,
  getUsageReport,
  heavyUsersQuery,
  totalsQuery,
  trendQuery,
  usageReportFile,
  usageReportQuery,
} from '#services/reports/index.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { type SeededCall, seedUsage } from '#tests/support/seeded-usage.ts'
import { newSpender, type PaidCall, payCalls, type Spender } from '#tests/support/spent-credits.ts'
import type { Wallet } from '#tests/support/web-browser.ts'

const NOW = new Date('2026-11-20T10:30:00Z')
const DAY_MS = 86_400_000

let world: ChainWorld
let opened: TestContext
let base: ServiceContext
let customer: Wallet
let rival: Wallet
let vault: bigint
let mine: Spender
let theirs: Spender
let calls: PaidCall[]
let holds: string[]

const as = (wallet: Wallet): ServiceContext => ({ ...base, actor: { kind: 'user', address: wallet.address } })
const holding = ({ id }: Spender, via: 'key' | 'oidc' = 'oidc'): ServiceContext => ({
  ...base,
  actor: { kind: 'account', accountId: id, via },
})

/** 40 days of calls whose prices have nothing to do with their tokens. */
const paidCalls = (): PaidCall[] =>
  Array.from({ length: 80 }, (_, i) => ({
    at: new Date(NOW.getTime() - i * (DAY_MS / 2)).toISOString(),
    taken: BigInt(1_000 + 7_919 * ((i * i) % 31)),
    model: ['gpt-4', 'claude-3-opus', 'llama'][i % 3],
    input: 10 + i,
    usd: '0.00000125',
    user: ['ann', 'bob', undefined][i % 3],
    feature: ['chat', 'search'][i % 2],
    conversation: i % 2 === 0 ? `c${i % 5}` : undefined,
    agent: `agent ${i % 2}`,
    team: i % 4 === 0 ? undefined : 'red',
    organisation: 'acme',
  }))

beforeAll(async () => {
  world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  opened = await createTestContext({ chain: world.chain, deploymentId, clock: () => NOW })
  base = opened.ctx
  ;[customer, rival] = await Promise.all([world.newWallet(), world.newWallet()])
  vault = await world.openVault(customer)
  mine = await newSpender(base, `flow:${customer.address}`)
  theirs = await newSpender(base, `flow:${rival.address}`)
  calls = paidCalls()
  holds = await payCalls(base, mine, calls)
  await payCalls(base, theirs, [{ at: '2026-11-02T00:00:00.000Z', taken: 500n, user: 'ann', conversation: 'c1' }])
  await seedUsage(base, [{ vault, at: '2026-11-03T00:00:00.000Z', user: 'ann' } satisfies SeededCall])
})
afterAll(() => opened[Symbol.asyncDispose]())

const ALL = { from: '2026-10-01', to: '2026-11-21' }
const usage = (ctx: ServiceContext, query: Record<string, string> = {}) =>
  getUsageReport(ctx, usageReportQuery.parse({ ...ALL, limit: '1000', ...query }))
const failure = (code: string) => expect.objectContaining({ code })
const billed = (rows: readonly { billedUsd: string }[]): bigint =>
  rows.reduce((sum, { billedUsd }) => sum + parseUsd(billedUsd), 0n)
const sum = (amounts: readonly bigint[]) => amounts.reduce((all, amount) => all + amount, 0n)
const total = () => sum(calls.map(({ taken }) => taken))

describe('what credits were billed', () => {
  const labels = {
    user: 'user',
    conversation: 'conversation',
    feature: 'feature',
    agent: 'agent',
    model: 'model',
    team: 'team',
    organisation: 'organisation',
  } as const

  test.each(Object.keys(labels) as (keyof typeof labels)[])(
    'by %s is what its requests took, whatever their tokens, by day, week, month and as a whole',
    async (by) => {
      const label = (call: PaidCall) => call[labels[by]] ?? null
      // Conversation, agent and team are added up from events that name one.
      const isNamed = (call: PaidCall) => !['conversation', 'agent', 'team'].includes(by) || label(call) !== null
      for (const every of ['all', 'day', 'week', 'month']) {
        const { rows } = await usage(as(customer), { by, every, account: mine.name })
        const expected = Map.groupBy(calls.filter(isNamed), label)
        const found = Map.groupBy(rows, ({ key }) => key)
        expect(new Map([...found].map(([key, own]) => [key, billed(own)]))).toEqual(
          new Map([...expected].map(([key, own]) => [key, sum(own.map(({ taken }) => taken))])),
        )
        const requests = [...found].map(([key, own]) => [key, own.reduce((all, row) => all + Number(row.requests), 0)])
        expect(new Map(requests as [string, number][])).toEqual(
          new Map([...expected].map(([key, own]) => [key, own.length])),
        )
      }
    },
  )

  test('of a day is that day’s alone, and stands beside its tokens', async () => {
    const day = { from: '2026-11-10', to: '2026-11-11' }
    const { rows } = await usage(as(customer), { ...day, every: 'day', account: mine.name })
    const own = calls.filter(({ at }) => at.startsWith('2026-11-10'))
    expect(rows).toMatchObject([
      {
        bucket: '2026-11-10',
        account: mine.name,
        requests: `${own.length}`,
        billedUsd: formatUsd(usd(sum(own.map(({ taken }) => taken)))),
      },
    ])
  })

  test('of requests that nothing metered yet is there all the same', async () => {
    const spender = await newSpender(base, 'oidc:issuer|unmetered')
    await payCalls(base, spender, [{ at: '2026-11-04T00:00:00.000Z', taken: 70n, feature: 'chat' }])
    await base.db.execute('delete from usage_daily where day = $$2026-11-04$$ and billable_tokens = 150')
    const { rows } = await usage(holding(spender), { by: 'feature' })
    expect(rows).toMatchObject([{ key: 'chat', requests: '0', billedUsd: '0.00000070' }])
  })

  test('is in the trend, the totals, the heavy users, the page and the file', async () => {
    const query = { ...ALL, account: mine.name }
    const trend = await getTrend(as(customer), trendQuery.parse({ ...query, every: 'week' }))
    expect(billed(trend.rows)).toBe(total())
    const totals = await getTotals(as(customer), totalsQuery.parse(query))
    expect(totals).toMatchObject({ activeUsers: '2', totals: { requests: '80', billedUsd: formatUsd(usd(total())) } })
    const { heaviest } = await getHeavyUsers(as(customer), heavyUsersQuery.parse(query))
    const named = calls.filter(({ user }) => user !== undefined)
    expect(sum(heaviest.map(({ amount }) => parseUsd(amount)))).toBe(sum(named.map(({ taken }) => taken)))
    const month = { period: 202_611, by: 'model', account: mine.name, view: 'owner' } as const
    const page = await getUsageOverview(as(customer), month)
    const november = calls.filter(({ at }) => at.startsWith('2026-11'))
    expect(parseUsd(page.totals.billedUsd)).toBe(sum(november.map(({ taken }) => taken)))
    const file = usageReportFile(as(customer), usageReportQuery.parse({ ...query, format: 'csv' }))
    expect((await Array.fromAsync(file)).join('')).toContain(`,${mine.name},account,${mine.name},80,`)
  })
})

describe('who sees credits', () => {
  const accountsOf = async (ctx: ServiceContext, query = {}) =>
    new Set((await usage(ctx, query)).rows.map(({ account }) => account))

  test('their holder, in one report with their vaults and without what calls cost', async () => {
    expect(await accountsOf(as(customer))).toEqual(new Set([`vault:${vault}`, mine.name]))
    expect(await accountsOf(as(customer), { as: 'owner' })).toEqual(new Set([`vault:${vault}`, mine.name]))
    const report = await usage(as(customer), { by: 'model' })
    expect([...report.rows, report.totals].every(({ costs }) => costs === null)).toBe(true)
  })

  test('who has a key or a token of the account, and nothing else', async () => {
    for (const via of ['key', 'oidc'] as const) {
      expect(await accountsOf(holding(mine, via))).toEqual(new Set([mine.name]))
      expect((await usage(holding(mine, via))).totals.costs).toBeNull()
    }
  })

  test('the admin, with cost and margin', async () => {
    const { admin } = world.accounts
    expect(await accountsOf(as(admin))).toEqual(await accountsOf(base))
    expect([...(await accountsOf(base))]).toEqual(expect.arrayContaining([`vault:${vault}`, mine.name, theirs.name]))
    const { costs, billedUsd } = (await usage(as(admin), { account: mine.name })).totals
    const litellm = 80n * 1_250_000n
    const exact = (text = '') => BigInt(text.replace('.', ''))
    expect(exact(costs?.litellmUsd)).toBe(litellm)
    expect(exact(costs?.marginUsd)).toBe(parseUsd(billedUsd) * 10_000n - litellm)
  })

  test('the admin, everybody’s month on one page, with whose each account is', async () => {
    const admin = as(world.accounts.admin)
    const everyone = { period: 202_611, by: 'user', account: null, view: 'admin' } as const
    const { groups } = await getUsageOverview(admin, everyone)
    const accounts = [...new Set(groups.flatMap(({ account }) => account ?? []))]
    expect(accounts).toEqual(expect.arrayContaining([`vault:${vault}`, mine.name, theirs.name]))
    const named = [`vault:${vault}`, mine.name, theirs.name, 'vault:999999', 'credits:cr_none']
    expect(await findHolders(admin, named)).toEqual(
      new Map([
        [`vault:${vault}`, customer.address],
        [mine.name, customer.address],
        [theirs.name, rival.address],
      ]),
    )
    for (const ctx of [as(customer), as(world.accounts.provider), holding(mine), holding(mine, 'key')]) {
      await expect(getUsageOverview(ctx, everyone)).rejects.toEqual(failure('not_permitted'))
    }
    await expect(findHolders(as(customer), [mine.name])).rejects.toEqual(failure('not_permitted'))
    await expect(findHolders(holding(mine), [mine.name])).rejects.toEqual(failure('session_required'))
  })

  test('nobody another’s, in any role and by any door', async () => {
    const account = theirs.name
    for (const ctx of [as(customer), holding(mine), holding(mine, 'key'), as(world.accounts.provider)]) {
      for (const view of [{}, { as: 'owner' }, { as: 'provider' }, { as: 'admin' }]) {
        await expect(usage(ctx, { account, ...view })).rejects.toEqual(failure('not_permitted'))
      }
      // Whether it exists isn't told either.
      await expect(usage(ctx, { account: 'credits:cr_none' })).rejects.toEqual(failure('not_permitted'))
    }
    const anonymous: ServiceContext = { ...base, actor: { kind: 'anonymous' } }
    await expect(usage(anonymous, { account })).rejects.toEqual(failure('session_required'))
    const vaultKey: ServiceContext = { ...base, actor: { kind: 'vault', vaultId: vault } }
    await expect(usage(vaultKey, { account })).rejects.toEqual(failure('session_required'))
    for (const sneaky of [`vault:-${theirs.number}`, `credits:${mine.id},${theirs.id}`, `${account} `]) {
      expect(usageReportQuery.safeParse({ ...ALL, account: sneaky }).success).toBe(false)
    }
  })

  test('an account’s key sees no vault, and no role is had by it', async () => {
    await expect(usage(holding(mine), { account: `vault:${vault}` })).rejects.toEqual(failure('not_permitted'))
    await expect(usage(holding(mine), { as: 'admin' })).rejects.toEqual(failure('not_permitted'))
  })

  test('a provider sees what the vaults that pay him cost until credits of his own are among it', async () => {
    const { provider } = world.accounts
    const own = await newSpender(base, `flow:${provider.address}`)
    expect((await usage(as(provider))).totals.costs).not.toBeNull()
    await payCalls(base, own, [{ at: '2026-11-05T00:00:00.000Z', taken: 5n }])
    expect((await usage(as(provider))).totals.costs).toBeNull()
    expect(await accountsOf(as(provider))).toContain(own.name)
    expect((await usage(as(provider), { as: 'provider' })).totals.costs).not.toBeNull()
    expect(await accountsOf(as(provider), { as: 'provider' })).not.toContain(own.name)
  })

  test('of an account that doesn’t exist the admin is told so', async () => {
    await expect(usage(as(world.accounts.admin), { account: 'credits:cr_none' })).rejects.toEqual(failure('not_found'))
  })
})

test('calls on an account’s own key bring the fee, and cost the operator nothing', async () => {
  const spender = await newSpender(base, 'oidc:issuer|own-key')
  await payCalls(base, spender, [{ at: '2026-11-06T00:00:00.000Z', taken: 40n, isOwnKey: true, usd: '0' }])
  const { totals, unrated } = await usage(base, { account: spender.name })
  expect(totals).toMatchObject({
    tokens: { billable: '150' },
    billedUsd: '0.00000040',
    costs: { ratedUsd: '0.00000000000000', unratedTokens: '0', marginUsd: '0.000000400000', litellmUnknown: '0' },
  })
  expect(unrated).toEqual([])
})

describe('what is given back', () => {
  test('of a request lowers its own group, and no other', async () => {
    const at = calls.findIndex(({ taken, feature }) => taken > 5_000n && feature === 'chat')
    const call = calls[at]
    if (!call) throw new Error('One call is dear enough.')
    await correctCharge(base, { holdId: holds[at] ?? '', cost: usd(call.taken - 1_234n), facts: {} })
    const refund = { accountId: mine.id, amount: usd(100n), reason: 'sorry', requestKey: 'line' }
    await refundUsage(base, { ...refund, transferId: `usage:${holds[at]}` })
    const { rows } = await usage(as(customer), { by: 'feature', account: mine.name })
    const expected = (feature: string) =>
      sum(calls.filter((each) => each.feature === feature).map(({ taken }) => taken))
    expect(rows.map(({ key, billedUsd }) => [key, parseUsd(billedUsd)])).toEqual([
      ['chat', expected('chat') - 1_334n],
      ['search', expected('search')],
    ])
  })

  test('of no request in particular lowers the month, and the parts still add up to it', async () => {
    const refund = { accountId: mine.id, amount: usd(997n), reason: 'sorry', requestKey: 'month', transferId: null }
    await refundUsage(base, refund)
    for (const by of ['user', 'model', 'organisation']) {
      const { rows } = await usage(as(customer), { by, every: 'day', account: mine.name })
      expect(billed(rows)).toBe(total() - 1_334n - 997n)
    }
  })
})
