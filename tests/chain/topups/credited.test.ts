import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '#lib/errors/app-error.ts'
import { usd } from '#lib/money/units.ts'
import { getFlowPayment, listTopups, topupsCommand, watchTopups } from '#services/flow-topups/index.ts'
import { flowTopups } from '#services/platform/db/schema/index.ts'
import { fixRate, openVault, OPENING, refusalOf, submitOne } from '#tests/support/billing.ts'
import { attempt, party, setClock } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'
import { accountOf, creditedFor, openTopupWorld, type TopupWorld, watchAll } from '#tests/support/topups.ts'

const hourMs = 3_600_000
let world: TopupWorld
let clock = OPENING.getTime()
beforeAll(async () => {
  world = await openTopupWorld()
  await watchAll(world.ctx)
})
afterAll(() => world[Symbol.asyncDispose]())

const pass = async (ms: number): Promise<void> => {
  clock += ms
  await setClock(new Date(clock))
}
const setRate = (usdPerFlow: string, source: string) =>
  world.billing.chain.send('admin/set_rate', { usdPerFlow, source }, world.billing.admin)
const stored = () => world.ctx.db.select().from(flowTopups)
/** What is new since, after all there is was looked at. */
async function arrivedBy(work: () => Promise<unknown>) {
  await watchAll(world.ctx)
  const before = new Set((await stored()).map(({ id }) => id))
  await work()
  await watchAll(world.ctx)
  return (await stored()).filter(({ id }) => !before.has(id)).sort((a, b) => a.eventIndex - b.eventIndex)
}
const fromVault = (vaultId: bigint, signer = world.billing.customer) =>
  world.billing.chain.send('owner/buy_credits_from_vault', { vaultId, treasury: world.treasury }, signer)
const request = (vaultId: bigint, amount: string | null) =>
  world.billing.chain.send('owner/request_return', { vaultId, amount }, world.billing.customer)

describe('FLOW from a wallet', () => {
  test('is credited at the rate of its block, once, however often it is looked at', async () => {
    const { ctx } = world
    const buyer = await party('Buyer')
    const accountId = await accountOf(ctx, buyer)
    const [arrived] = await arrivedBy(() => world.pay(buyer, '2.50000000'))
    expect(arrived).toMatchObject({
      fromAddress: buyer.address,
      amount: 250_000_000n,
      state: 'credited',
      vaultId: null,
    })
    for (let rounds = 0; rounds < 3; rounds += 1) await watchAll(ctx)
    expect(await creditedFor(ctx, accountId)).toBe(usd(250_000_000n))
    expect(await listTopups(ctx, accountId)).toMatchObject([{ state: 'credited', usd: 250_000_000n, vaultId: null }])
  })

  test('counts each payment of a transaction, and of FLOW put together on the way no sender is guessed', async () => {
    const { ctx, billing, treasury } = world
    const buyer = await party('Twice')
    const accountId = await accountOf(ctx, buyer)
    const args = ['1.0', '0.25', treasury]
    const arrived = await arrivedBy(async () =>
      expect(await attempt(billing, readTestCadence('send_flow_twice'), args, buyer)).toBeNull(),
    )
    expect(arrived.map(({ amount, fromAddress, state }) => [amount, fromAddress, state])).toEqual([
      [100_000_000n, buyer.address, 'credited'],
      [25_000_000n, buyer.address, 'credited'],
      [125_000_000n, null, 'priced'],
    ])
    expect(await creditedFor(ctx, accountId)).toBe(usd(125_000_000n))
  })

  test('of an address without an account is credited when that opens one, at the rate of its block', async () => {
    const { ctx } = world
    const stranger = await party('Later')
    const [arrived] = await arrivedBy(() => world.pay(stranger, '3.00000001'))
    expect(arrived).toMatchObject({ state: 'priced', accountId: null, usd: 300_000_001n })
    const line = new RegExp(`3\\.00000001 FLOW from ${stranger.address}: no account`)
    expect(await topupsCommand(ctx)).toMatch(line)
    await setRate('1.50000000', 'fixed')
    const accountId = await accountOf(ctx, stranger)
    await watchAll(ctx)
    expect(await creditedFor(ctx, accountId)).toBe(usd(300_000_001n))
    expect(await topupsCommand(ctx)).not.toMatch(line)
    // What is paid now counts at the rate of now, rounded down.
    await arrivedBy(() => world.pay(stranger, '0.00000003'))
    expect(await creditedFor(ctx, accountId)).toBe(usd(300_000_005n))
    await setRate('1.00000000', 'fixed')
  })

  test('that is worth nothing is written down, and no more', async () => {
    await setRate('0.80000000', 'fixed')
    const [arrived] = await arrivedBy(async () => world.pay(await party('Buyer'), '0.00000001'))
    expect(arrived).toMatchObject({ state: 'too_small', usd: 0n })
    await setRate('1.00000000', 'fixed')
  })

  test('waits while the rate is too old, and counts at the first that is not', async () => {
    const { billing, ctx } = world
    const buyer = await party('Patient')
    const accountId = await accountOf(ctx, buyer)
    await billing.chain.send('admin/name_rate_source', { source: 'feed' }, billing.admin)
    await setRate('1.20000000', 'feed')
    await pass(2 * hourMs)
    const [arrived] = await arrivedBy(() => world.pay(buyer, '1.00000000'))
    expect(arrived).toMatchObject({ state: 'waiting', usd: null })
    expect(await listTopups(ctx, accountId)).toMatchObject([{ state: 'waiting', usd: null }])
    await setRate('1.40000000', 'feed')
    await watchAll(ctx)
    expect(await creditedFor(ctx, accountId)).toBe(usd(140_000_000n))
    await fixRate(billing)
  })
})

describe('FLOW from a vault', () => {
  test('is credited to its owner after the settle delay, as far as it is not owed', async () => {
    const { ctx, billing } = world
    const vaultId = await openVault(billing, '5.00000000')
    const accountId = await accountOf(ctx, billing.customer)
    await request(vaultId, '3.00000000')
    expect(await refusalOf(fromVault(vaultId))).toMatch(/Cannot take back FLOW! It acts from|Cannot take back/)
    expect(await refusalOf(fromVault(vaultId, await party('Buyer')))).toMatch(/The account does not own it/)
    // 200,000 tokens cost 2.7 USD: of the 5 FLOW less is left than was asked for, of which 1 must stay.
    await submitOne(billing, { vaultId, sequence: 1n, usage: { other: 200_000n } })
    await pass(hourMs + 60_000)
    expect(await refusalOf(fromVault(vaultId))).toMatch(/Of the 2.30000000 FLOW that is not owed 1.00000000 must stay/)
    await request(vaultId, '1.30000000')
    await pass(hourMs + 60_000)
    const before = await creditedFor(ctx, accountId)
    const [arrived, ...more] = await arrivedBy(() => fromVault(vaultId))
    expect(more).toEqual([])
    expect(arrived).toMatchObject({ fromAddress: billing.customer.address, vaultId, state: 'credited' })
    const report = await billing.chain.script('get_vault', { id: vaultId })
    expect(report).toMatchObject({ refunded: 130_000_000n, balance: 370_000_000n, accrued: 270_000_000n })
    expect((await creditedFor(ctx, accountId)) - before).toBe(130_000_000n)
  })

  test('closes the vault when all of it was asked for, and is refused when all is owed', async () => {
    const { ctx, billing } = world
    const accountId = await accountOf(ctx, billing.customer)
    const [free, owed] = [await openVault(billing, '2.00000000'), await openVault(billing, '1.00000000')]
    await submitOne(billing, { vaultId: owed, sequence: 1n, usage: { other: 100_000n } })
    for (const id of [free, owed]) await request(id, null)
    await pass(hourMs + 60_000)
    const before = await creditedFor(ctx, accountId)
    await arrivedBy(() => fromVault(free))
    expect(await billing.chain.script('get_vault', { id: free })).toMatchObject({ status: 'closed', balance: 0n })
    expect((await creditedFor(ctx, accountId)) - before).toBe(200_000_000n)
    expect(await refusalOf(fromVault(owed))).toMatch(/All of its FLOW is owed by now/)
  })
})

describe('FLOW that nobody paid for credits with', () => {
  test('credits nobody: deposits into vaults, payments to the provider, and what the treasury moves itself', async () => {
    const { ctx, billing, treasury } = world
    for (const signer of [billing.admin, billing.provider, billing.customer]) await accountOf(ctx, signer)
    const arrived = await arrivedBy(async () => {
      const vaultId = await openVault(billing, '9.00000000')
      await billing.chain.send('owner/deposit', { vaultId, amount: '1.00000000' }, billing.customer)
      await submitOne(billing, { vaultId, sequence: 1n, usage: { other: 50_000n } })
      await billing.chain.send('provider/withdraw_accrued', { vaultIds: [vaultId] }, billing.provider)
      const automatic = { vaultId, enabled: true }
      await billing.chain.send('owner/set_automatic_payment', automatic, billing.customer)
      await submitOne(billing, { vaultId, sequence: 2n, usage: { other: 90_000n } })
      const toItself = ['1.0', treasury]
      expect(await attempt(billing, readTestCadence('send_flow'), toItself, billing.provider)).toBeNull()
      await world.pay(billing.admin, '1.00000000')
    })
    expect(arrived).toEqual([])
    expect(treasury).toBe(billing.provider.address)
  })

  test('is refused from the treasury’s own wallet before anything moves', async () => {
    const { billing, treasury } = world
    const order = { amount: '1.00000000', treasury }
    const arrived = await arrivedBy(async () =>
      expect(await refusalOf(billing.chain.send('owner/buy_credits', order, billing.provider))).toMatch(
        /Cannot buy credits! The account 0x[0-9a-f]{16} is the treasury itself\. Pay from another account\./,
      ),
    )
    expect(arrived).toEqual([])
  })

  test('is not taken for a payment because the sender takes as much back at the same moment', async () => {
    const { ctx, billing } = world
    const accountId = await accountOf(ctx, billing.customer)
    const [refunding, paying] = [await openVault(billing, '5.00000000'), await openVault(billing, '5.00000000')]
    await submitOne(billing, { vaultId: paying, sequence: 1n, usage: { other: 50_000n } })
    expect(await billing.chain.script('get_vault', { id: paying })).toMatchObject({ accrued: 100_000_000n })
    await request(refunding, '1.00000000')
    await pass(hourMs + 60_000)
    const before = await creditedFor(ctx, accountId)
    const code = readTestCadence('take_back_while_provider_is_paid')
    const ids = [String(refunding), String(paying)]
    const arrived = await arrivedBy(async () => expect(await attempt(billing, code, ids, billing.customer)).toBeNull())
    expect(arrived).toEqual([])
    expect(await creditedFor(ctx, accountId)).toBe(before)
  })
})

test('where to pay and what FLOW is worth is told, as far as it is known', async () => {
  const { ctx, treasury: address } = world
  expect(await getFlowPayment(ctx)).toEqual({ address, usdPerFlow: 100_000_000n })
  const down = { ...ctx.chain, script: () => Promise.reject(new AppError('chain_unreachable', 'down')) }
  expect(await getFlowPayment({ ...ctx, chain: down })).toEqual({ address, usdPerFlow: null })
  const none = { ...ctx, env: { ...ctx.env, credits: { ...ctx.env.credits, flowAddress: null } } }
  expect(await getFlowPayment(none)).toBeNull()
})

test('the treasury of another deployment, or none, is nobody’s business', async () => {
  const { ctx } = world
  const without = { ...ctx, env: { ...ctx.env, credits: { ...ctx.env.credits, flowAddress: null } } }
  expect(await watchTopups(without)).toBe(false)
  const rows = await ctx.db.select().from(flowTopups).where(eq(flowTopups.deploymentId, 'another'))
  expect(rows).toEqual([])
})
