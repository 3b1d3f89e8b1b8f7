import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nextPeriod, periodOf, periodStart } from '#lib/period/period.ts'
import { checkReceipt, type ReceiptCheck } from '#lib/receipts/check-receipt.ts'
import type { Trust } from '#lib/receipts/step.ts'
import type { Receipt } from '#lib/receipts/receipt.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { events, meterPeriods } from '#services/platform/db/schema/index.ts'
import { flowNodeAt, getReceipts, receiptListView } from '#services/receipts/index.ts'
import { oracleVariables } from '#tests/support/billed-vault.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { newUsedVault, settleAll, type UsedVault } from '#tests/support/settled-bill.ts'

let world: ChainWorld
let opened: TestContext
let ctx: ServiceContext
let trust: Trust
let vault: UsedVault

beforeAll(async () => {
  world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  opened = await createTestContext({ chain: world.chain, deploymentId, variables: oracleVariables(world) })
  ctx = opened.ctx
  trust = { node: flowNodeAt(world.accessNode), contract: world.contractAddress }
  vault = await newUsedVault(ctx, world)
})
afterAll(() => opened[Symbol.asyncDispose]())

const as = (address: string): ServiceContext => withActor(ctx, { kind: 'user', address })
const receiptOf = async (id: string, who = ctx): Promise<Receipt> => {
  const { receipts } = receiptListView.parse(await getReceipts(who, { callId: id }))
  const [receipt] = receipts
  if (!receipt) throw new Error('no receipt')
  return receipt
}
const check = (receipt: Receipt): Promise<ReceiptCheck> => checkReceipt(JSON.stringify(receipt), trust)

describe('a request’s receipt', () => {
  test('leads from its text to the root on chain, for each of many requests', async () => {
    const calls = await vault.use(...Array.from({ length: 33 }, (_, i) => ({ inputTokens: String(1000 + i) })))
    await settleAll(ctx)
    for (const { id, inputTokens } of calls) {
      const { isProven, request, steps } = await check(await receiptOf(id))
      expect(steps.filter(({ outcome }) => outcome !== 'ok')).toEqual([])
      expect(isProven).toBe(true)
      expect(request?.inputTokens.toString()).toBe(inputTokens)
    }
  })

  test('stays good after later readings of the month', async () => {
    const [call] = await vault.use({})
    await settleAll(ctx)
    const before = await receiptOf(call?.id ?? '')
    await vault.use({}, {}, {})
    await settleAll(ctx)
    const after = await receiptOf(call?.id ?? '')
    expect(after.settlement).not.toEqual(before.settlement)
    expect([(await check(before)).isProven, (await check(after)).isProven]).toEqual([true, true])
  })

  test('without its deleted details proves its place by the hash alone', async () => {
    const [call] = await vault.use({})
    await settleAll(ctx)
    await ctx.db.delete(events).where(eq(events.id, call?.id ?? ''))
    const receipt = await receiptOf(call?.id ?? '')
    expect(receipt.event.leaf).toBeNull()
    const { isProven, steps } = await check(receipt)
    expect(isProven).toBe(true)
    expect(steps.filter(({ outcome }) => outcome === 'note')).toHaveLength(2)
  })
})

describe('a request that no reading covers', () => {
  test('says by when it will be settled', async () => {
    const [call] = await vault.use({})
    const receipt = await receiptOf(call?.id ?? '')
    expect(receipt.settlement).toMatchObject({ state: 'waiting', expectedBy: expect.any(String) as string })
    const { isProven, steps } = await check(receipt)
    expect(isProven).toBe(false)
    expect(steps.at(-1)).toMatchObject({ outcome: 'failed', reason: 'not_settled' })
    await settleAll(ctx)
    expect((await check(await receiptOf(call?.id ?? ''))).isProven).toBe(true)
  })

  test('that cost nothing waits for the next one that does', async () => {
    const [call] = await vault.use({ status: 'failure', inputTokens: null, outputTokens: null })
    await settleAll(ctx)
    const id = `${call?.id}:failure`
    expect((await receiptOf(id)).settlement).toEqual({ state: 'waiting', expectedBy: null })
    await vault.use({})
    await settleAll(ctx)
    expect((await check(await receiptOf(id))).isProven).toBe(true)
  })

  test('that cost nothing waits for no other once its month is over', async () => {
    const [call] = await vault.use({ status: 'failure', inputTokens: null, outputTokens: null })
    const nextMonth = new Date(periodStart(nextPeriod(periodOf(new Date()))).getTime() + 1_000)
    const { settlement } = await receiptOf(`${call?.id}:failure`, {
      ...as(vault.owner.address),
      clock: () => nextMonth,
    })
    expect(settlement).toMatchObject({ state: 'waiting', expectedBy: expect.any(String) as string })
  })

  test('in a closed month is listed and not billed', async () => {
    const late = await newUsedVault(ctx, world)
    const [call] = await late.use({ startedAt: '2025-01-05T10:00:00.000Z' })
    await settleAll(ctx)
    const [period] = await ctx.db.select().from(meterPeriods).where(eq(meterPeriods.vaultId, late.vaultId))
    expect(period?.closedReason).toBe('period_closed')
    const receipt = await receiptOf(call?.id ?? '')
    expect(receipt.settlement).toEqual({ state: 'unbilled', reason: 'period_closed' })
    expect((await check(receipt)).steps.at(-1)?.detail).toContain('not billed')
  })
})

describe('who may see a receipt', () => {
  test('is the vault’s owner, its provider and an admin, and for others the request doesn’t exist', async () => {
    const [call] = await vault.use({})
    const { accounts } = world
    for (const address of [vault.owner.address, accounts.provider.address, accounts.admin.address]) {
      expect((await receiptOf(call?.id ?? '', as(address))).event.id).toBe(call?.id)
    }
    const stranger = as((await world.newWallet()).address)
    for (const callId of [call?.id ?? '', call?.callId ?? '', 'nobody’s id']) {
      await expect(getReceipts(stranger, { callId })).rejects.toMatchObject({ code: 'not_found' })
    }
    const nobody = withActor(ctx, { kind: 'anonymous' })
    await expect(getReceipts(nobody, { callId: call?.id ?? '' })).rejects.toMatchObject({ code: 'session_required' })
  })

  test('by LiteLLM’s call id sees all of their own that share it, each its own receipt, and nobody else’s', async () => {
    const other = await newUsedVault(ctx, world)
    const callId = `chosen by callers: ${vault.vaultId} %2F/ü`
    const mine = await vault.use({ callId }, { callId })
    const theirs = await other.use({ callId })
    const idsFor = async (address: string): Promise<string[]> =>
      (await getReceipts(as(address), { callId })).receipts.map(({ event }) => event.id).toSorted()
    expect(await idsFor(vault.owner.address)).toEqual(mine.map(({ id }) => id).toSorted())
    expect(await idsFor(other.owner.address)).toEqual(theirs.map(({ id }) => id))
    expect(await idsFor(world.accounts.provider.address)).toHaveLength(3)
  })

  test('finds a request by its identity also when somebody gave that as a call id', async () => {
    const other = await newUsedVault(ctx, world)
    const [call] = await vault.use({})
    await other.use({ callId: call?.id ?? '' })
    const { receipts } = await getReceipts(as(world.accounts.provider.address), { callId: call?.id ?? '' })
    expect(receipts.map(({ vault: id }) => id)).toEqual([vault.vaultId.toString()])
  })
})
