import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nextPeriod, periodOf, periodStart } from '#lib/period/period.ts'
import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { meterPeriods, meters, outbox, readings } from '#services/platform/db/schema/index.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { createReadingHandler, getSettlements, planReadings } from '#services/settlement/index.ts'
import { expectChargedOnce, oracleVariables, settlementsOf } from '#tests/support/billed-vault.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import type { Wallet } from '#tests/support/web-browser.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'

let world: ChainWorld
let opened: TestContext
let ctx: ServiceContext

beforeAll(async () => {
  world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  opened = await createTestContext({ chain: world.chain, deploymentId, variables: oracleVariables(world) })
  ctx = opened.ctx
})
afterAll(() => opened[Symbol.asyncDispose]())

const now = (): string => new Date().toISOString()
const handler = createReadingHandler()

async function newVault(owner?: Wallet): Promise<{ vaultId: bigint; keyHash: string }> {
  const vaultId = await world.openVault(owner ?? (await world.newWallet()), { deposit: '1.0' })
  return { vaultId, keyHash: await giveKey(ctx, vaultId) }
}

/** Vaults of one owner, each with a call that is not settled. */
async function usedVaults(count: number): Promise<bigint[]> {
  const owner = await world.newWallet()
  const vaultIds: bigint[] = []
  for (let opened = 0; opened < count; opened += 1) {
    const { vaultId, keyHash } = await newVault(owner)
    await use(keyHash, 'gpt-4', 500)
    vaultIds.push(vaultId)
  }
  return vaultIds
}

async function use(keyHash: string, model: string, tokens: number) {
  const call = usageEvent(keyHash, { model, inputTokens: String(tokens), outputTokens: '0', startedAt: now() })
  await ingestEvents(ctx, { road: 'plugin', items: [{ raw: call }] })
  return call
}

/** gpt-4 tokens of 252 and of 100.8 billion USD. */
const [PRICELESS, BEYOND_BOOKS] = [30_000_000_000_000_000n, 12_000_000_000_000_000n]

/** The vault's meter says so many tokens of its one model, as no test could use them. */
async function meter(vaultId: bigint, tokens: bigint): Promise<void> {
  await ctx.db.update(meters).set({ tokens }).where(eq(meters.vaultId, vaultId))
  await ctx.db.update(meterPeriods).set({ tokens }).where(eq(meterPeriods.vaultId, vaultId))
}

async function useForNothing(keyHash: string): Promise<void> {
  const none = { inputTokens: '0', outputTokens: '0', startedAt: now() }
  await ingestEvents(ctx, { road: 'plugin', items: [{ raw: usageEvent(keyHash, { ...none, status: 'failure' }) }] })
}

async function settleAll(): Promise<void> {
  await planReadings(ctx)
  while ((await dispatchOutbox(ctx, handler)) > 0) await ctx.db.update(outbox).set({ runAt: new Date(0) })
}
const readingsOf = (vaultId: bigint) =>
  ctx.db.select().from(readings).where(eq(readings.vaultId, vaultId)).orderBy(readings.sequence)

describe('usage settles on chain', () => {
  test('at the price that this side computes, reading after reading', async () => {
    const { vaultId, keyHash } = await newVault()
    const calls = [await use(keyHash, 'gpt-4', 1_234), await use(keyHash, 'claude-3-opus', 77)]
    await settleAll()
    calls.push(await use(keyHash, 'gpt-4', 150_000))
    await settleAll()
    await expectChargedOnce(ctx, vaultId, calls)
    expect(await readingsOf(vaultId)).toMatchObject([
      { sequence: 1n, status: 'sealed', eventCount: 2, alarm: null },
      { sequence: 2n, status: 'sealed', eventCount: 3, alarm: null },
    ])
    const settlement = (await getSettlements(ctx, [vaultId])).get(vaultId)
    expect(settlement).toMatchObject({ unsettledTokens: 0n, lastReading: { sequence: 2n, status: 'sealed' } })
  })

  test('many vaults in one transaction; without new usage nothing is sent', async () => {
    const vaultIds = await usedVaults(30)
    await settleAll()
    const rows = (await Promise.all(vaultIds.map(readingsOf))).flat()
    expect(rows.map(({ status }) => status)).toEqual(vaultIds.map(() => 'sealed'))
    expect(new Set(rows.map(({ txId }) => txId)).size).toBe(1)
    expect(await planReadings(ctx)).toBe(0)
  })

  test('a transaction that changed nothing is followed by smaller ones', async () => {
    const vaultIds = await usedVaults(21)
    const sizes: number[] = []
    const narrow = {
      ...ctx,
      chain: Object.assign(Object.create(ctx.chain) as typeof ctx.chain, {
        prepare: (name: never, args: { vaultIds: bigint[]; signatureSs: bigint[] }, signer: never) => {
          sizes.push(args.vaultIds.length)
          // A signature too few, and the contract refuses the whole.
          const signatureSs = args.vaultIds.length > 20 ? args.signatureSs.slice(1) : args.signatureSs
          return ctx.chain.prepare(name, { ...args, signatureSs } as never, signer)
        },
      }),
    }
    await planReadings(narrow)
    while ((await dispatchOutbox(narrow, handler)) > 0) await ctx.db.update(outbox).set({ runAt: new Date(0) })
    expect(sizes).toEqual([21, 20, 1])
    const rows = (await Promise.all(vaultIds.map(readingsOf))).flat()
    expect(rows.map(({ status, attempts }) => ({ status, attempts }))).toEqual(
      vaultIds.map(() => ({ status: 'sealed', attempts: 1 })),
    )
  })

  test('what cost nothing is brought to the chain once its month is over, as nothing else may come after it', async () => {
    const [mixed, free] = [await newVault(), await newVault()]
    await use(mixed.keyHash, 'gpt-4', 500)
    await settleAll()
    for (const { keyHash } of [mixed, free]) await useForNothing(keyHash)
    expect(await planReadings(ctx)).toBe(0)
    const nextMonth = new Date(periodStart(nextPeriod(periodOf(new Date()))).getTime() + 1_000)
    const vaultIds = [mixed.vaultId, free.vaultId]
    expect(await planReadings({ ...ctx, clock: () => nextMonth }, { vaultIds })).toBe(2)
    await ctx.db.update(outbox).set({ runAt: new Date(0) })
    await settleAll()
    expect((await readingsOf(mixed.vaultId)).at(-1)).toMatchObject({ status: 'sealed', eventCount: 2, dueUsd: 0n })
    expect(await readingsOf(free.vaultId)).toMatchObject([{ status: 'sealed', eventCount: 1, models: [], usd: 0n }])
    expect(await planReadings({ ...ctx, clock: () => nextMonth }, { vaultIds })).toBe(0)
  })

  test('planning twice at once plans one reading', async () => {
    const { vaultId, keyHash } = await newVault()
    await use(keyHash, 'gpt-4', 500)
    await Promise.all(Array.from({ length: 8 }, () => planReadings(ctx)))
    expect(await readingsOf(vaultId)).toHaveLength(1)
    await settleAll()
    expect(await readingsOf(vaultId)).toMatchObject([{ status: 'sealed' }])
  })
})

describe('what the contract refuses', () => {
  test('is written down with the reason, backs off, and spoils no other', async () => {
    const good = await newVault()
    const ghost = { vaultId: 987_654_321n, keyHash: await giveKey(ctx, 987_654_321n) }
    const bad = await newVault()
    for (const { keyHash } of [good, ghost, bad]) await use(keyHash, 'gpt-4', 500)
    await planReadings(ctx)
    await ctx.db.update(readings).set({ root: 'not a root' }).where(eq(readings.vaultId, bad.vaultId))
    await settleAll()
    expect(await readingsOf(good.vaultId)).toMatchObject([{ status: 'sealed' }])
    expect(await readingsOf(ghost.vaultId)).toEqual([])
    expect((await readingsOf(bad.vaultId))[0]).toMatchObject({ status: 'failed', error: 'root_invalid' })
    const [held] = await ctx.db.select().from(meterPeriods).where(eq(meterPeriods.vaultId, bad.vaultId))
    expect(held?.planAfter?.getTime()).toBeGreaterThan(Date.now())
    const refused = { status: 'failed', refusedForGood: false }
    expect((await getSettlements(ctx, [bad.vaultId])).get(bad.vaultId)).toMatchObject({ lastReading: refused })
    await ctx.db.update(meterPeriods).set({ planAfter: null }).where(eq(meterPeriods.vaultId, bad.vaultId))
    await settleAll()
    expect((await readingsOf(bad.vaultId)).map(({ status }) => status)).toEqual(['failed', 'sealed'])
  })

  test('a month that is worth more than the chain can count is refused for good, and the operator told', async () => {
    const { vaultId, keyHash } = await newVault()
    await use(keyHash, 'gpt-4', 500)
    await meter(vaultId, PRICELESS)
    await settleAll()
    expect(await readingsOf(vaultId)).toMatchObject([{ status: 'failed', error: 'out_of_range' }])
    const [period] = await ctx.db.select().from(meterPeriods).where(eq(meterPeriods.vaultId, vaultId))
    expect(period).toMatchObject({ closedReason: 'out_of_range', tokens: PRICELESS, settledTokens: 0n })
  })

  test('a period that is closed on chain is listed, not billed', async () => {
    const { vaultId, keyHash } = await newVault()
    const old = usageEvent(keyHash, { startedAt: '2026-01-15T00:00:00Z' })
    await ingestEvents(ctx, { road: 'plugin', items: [{ raw: old }] })
    await settleAll()
    expect(await readingsOf(vaultId)).toMatchObject([{ status: 'failed', error: 'period_closed' }])
    expect(await planReadings(ctx)).toBe(0)
    expect((await getSettlements(ctx, [vaultId])).get(vaultId)).toMatchObject({
      unsettledTokens: 0n,
      lastReading: { status: 'failed', refusedForGood: true },
    })
  })
})

describe('a reading that is sent again', () => {
  test('after its record was lost is settled once, and found again', async () => {
    const { vaultId, keyHash } = await newVault()
    const calls = [await use(keyHash, 'gpt-4', 900)]
    await settleAll()
    const [before] = await readingsOf(vaultId)
    const lost = { status: 'planned' as const, txId: null, txIds: [], submittedAt: null, usd: null, finishedAt: null }
    await ctx.db.update(readings).set(lost).where(eq(readings.vaultId, vaultId))
    await ctx.db.update(meterPeriods).set({ settledTokens: 0n }).where(eq(meterPeriods.vaultId, vaultId))
    await ctx.db.update(outbox).set({ doneAt: null, runAt: new Date(0) })
    await settleAll()
    expect(await readingsOf(vaultId)).toMatchObject([{ status: 'sealed', txId: before?.txId, usd: before?.usd }])
    await expectChargedOnce(ctx, vaultId, calls)
  })

  test('is settled by the transaction that did it, whatever a later one says', async () => {
    const { vaultId, keyHash } = await newVault()
    const calls = [await use(keyHash, 'gpt-4', 900)]
    await settleAll()
    const [before] = await readingsOf(vaultId)
    const open = { status: 'planned' as const, usd: null, finishedAt: null }
    await ctx.db.update(readings).set(open).where(eq(readings.vaultId, vaultId))
    await ctx.db.update(meterPeriods).set({ settledTokens: 0n }).where(eq(meterPeriods.vaultId, vaultId))
    await ctx.db.update(outbox).set({ doneAt: null, runAt: new Date(0) })
    const chain = Object.assign(Object.create(ctx.chain) as typeof ctx.chain, {
      prepare: (name: never, args: { eventCounts: bigint[] }, signer: never) =>
        ctx.chain.prepare(name, { ...args, eventCounts: args.eventCounts.map((count) => count + 1n) } as never, signer),
    })
    while ((await dispatchOutbox({ ...ctx, chain }, handler)) > 0);
    const [after] = await readingsOf(vaultId)
    expect(after?.txIds).toHaveLength(2)
    expect(after).toMatchObject({ status: 'sealed', txId: before?.txId, usd: before?.usd, error: null })
    await expectChargedOnce(ctx, vaultId, calls)
  })

  test('under a number that the chain has seen with other content is refused and planned anew', async () => {
    const { vaultId, keyHash } = await newVault()
    const calls = [await use(keyHash, 'gpt-4', 900)]
    await settleAll()
    calls.push(await use(keyHash, 'gpt-4', 100))
    await planReadings(ctx)
    await ctx.db.delete(readings).where(eq(readings.status, 'sealed'))
    await ctx.db.update(readings).set({ sequence: 1n }).where(eq(readings.vaultId, vaultId))
    await settleAll()
    expect(await readingsOf(vaultId)).toMatchObject([{ status: 'failed', error: 'sequence_reused' }])
    await ctx.db.update(meterPeriods).set({ planAfter: null })
    await settleAll()
    expect((await readingsOf(vaultId)).at(-1)).toMatchObject({ sequence: 2n, status: 'sealed' })
    await expectChargedOnce(ctx, vaultId, calls)
  })
})

test('an amount that the chain can count and our books can’t ends the reading, with an alarm', async () => {
  const { vaultId, keyHash } = await newVault()
  await use(keyHash, 'gpt-4', 500)
  await meter(vaultId, BEYOND_BOOKS)
  await settleAll()
  expect(await readingsOf(vaultId)).toMatchObject([
    { status: 'sealed', usd: 2n ** 63n - 1n, alarm: expect.stringContaining('too large') as string },
  ])
})

test('a price that the chain computes otherwise is an alarm on the row', async () => {
  const { vaultId, keyHash } = await newVault()
  await use(keyHash, 'gpt-4', 900)
  const otherPrices = {
    ...ctx,
    chain: Object.assign(Object.create(ctx.chain) as typeof ctx.chain, {
      script: async (name: never, args: never) => {
        const answer: unknown = await ctx.chain.script(name, args)
        if (name !== 'get_schedule') return answer
        const schedule = answer as Awaited<ReturnType<typeof ctx.chain.script<'get_schedule'>>>
        return { ...schedule, multipliers: schedule.multipliers.map((each) => ({ ...each, bps: each.bps * 2n })) }
      },
    }),
  }
  await planReadings(ctx)
  await dispatchOutbox(otherPrices, handler)
  const [row] = await readingsOf(vaultId)
  expect(row?.alarm).toMatch(/^price on chain \d+\.\d{8} USD, expected \d+\.\d{8} USD$/)
  expect((await settlementsOf(ctx, vaultId))[0]?.period).toBe(periodOf(new Date()))
})
