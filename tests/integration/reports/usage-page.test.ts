import { afterAll, beforeAll, expect, test } from 'vitest'
import { readUsageOf, type Search } from '#app/_view/read-usage.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { seedUsage } from '#tests/support/seeded-usage.ts'
import { newSpender, payCalls, type Spender } from '#tests/support/spent-credits.ts'
import type { Wallet } from '#tests/support/web-browser.ts'

const NOW = new Date('2026-11-20T10:30:00Z')

let world: ChainWorld
let opened: TestContext
let base: ServiceContext
let customer: Wallet
let vault: bigint
let spender: Spender

beforeAll(async () => {
  world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  opened = await createTestContext({ chain: world.chain, deploymentId, clock: () => NOW })
  base = opened.ctx
  customer = await world.newWallet()
  vault = await world.openVault(customer)
  spender = await newSpender(base, 'oidc:issuer|page')
  await payCalls(base, spender, [{ at: '2026-11-04T00:00:00.000Z', taken: 10n ** 11n, user: 'ann' }])
  await seedUsage(base, [
    { vault, at: '2026-11-03T00:00:00.000Z', user: 'ann' },
    { vault, at: '2026-09-03T00:00:00.000Z', user: 'ben' },
  ])
})
afterAll(() => opened[Symbol.asyncDispose]())

async function pageOf(address: string, search: Search = {}) {
  const reading = await readUsageOf(base, address, search)
  if (!('page' in reading)) throw new Error(`No page: ${reading.why}`)
  return reading.page
}
const whyNot = async (address: string, account: string) => {
  const reading = await readUsageOf(base, address, { account })
  return 'why' in reading ? reading.why : 'page'
}

test('everyone is seen by the admin with cost, margin, the months before and who pays for heavy users', async () => {
  const { admin } = world.accounts
  const page = await pageOf(admin.address, { account: 'everyone', by: 'user' })
  expect(page).toMatchObject({ isAdmin: true, choice: { account: 'everyone', as: 'admin' } })
  expect(page.month.groups.map(({ account, key }) => [account, key])).toEqual([
    [spender.name, 'ann'],
    [`vault:${vault}`, 'ann'],
  ])
  expect(page.payers.map(({ account, name }) => [account, name])).toEqual([
    [spender.name, 'Credits of oidc:issuer|page'],
    [`vault:${vault}`, `Subscription ${vault} of ${customer.address}`],
  ])
  const { totals, heaviest, months } = page.reports ?? {}
  expect(totals?.totals.costs?.marginUsd).toBe('1000.003000000000')
  expect(totals).toMatchObject({ activeUsers: '2', distribution: { billedUsd: { max: '1000.00000000' } } })
  expect(heaviest?.map(({ account, user }) => [account, user])).toEqual([
    [spender.name, 'ann'],
    [`vault:${vault}`, 'ann'],
  ])
  expect(months?.map(({ bucket, requests }) => [bucket, requests])).toEqual([
    ['2026-06-01', '0'],
    ['2026-07-01', '0'],
    ['2026-08-01', '0'],
    ['2026-09-01', '1'],
    ['2026-10-01', '0'],
    ['2026-11-01', '2'],
  ])
})

test('an admin without usage of their own comes to see everyone, and may open each account', async () => {
  const { admin } = world.accounts
  expect((await pageOf(admin.address)).choice).toMatchObject({ account: 'everyone', as: 'admin' })
  for (const account of [`vault:${vault}`, spender.name]) {
    const page = await pageOf(admin.address, { account })
    expect(page.choice).toMatchObject({ account, as: 'admin' })
    expect(page.accounts.map((each) => each.account)).toEqual([account])
    expect(page.month.totals.requests).toBe('1')
  }
  for (const account of ['vault:999999', 'credits:cr_none', 'nonsense', 'vault:7x']) {
    expect(await whyNot(admin.address, account)).toBe('not-yours')
  }
})

test('nobody else gets everyone or another’s account, and an owner sees no cost', async () => {
  const { provider } = world.accounts
  for (const { address } of [customer, provider, await world.newWallet()]) {
    expect(await whyNot(address, 'everyone')).toBe('not-admin')
  }
  expect(await whyNot(customer.address, spender.name)).toBe('not-yours')
  expect(await whyNot(customer.address, 'vault:999999')).toBe('not-yours')
  const page = await pageOf(customer.address)
  expect(page).toMatchObject({ isAdmin: false, reports: null, choice: { account: null, as: 'owner' } })
  expect(page.month.totals.requests).toBe('1')
})
