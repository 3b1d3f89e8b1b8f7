import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { usd } from '#lib/money/units.ts'
import type { Signer } from '#services/clients/flow/index.ts'
import { creditPurchase } from '#services/credits/index.ts'
import { watchTopups } from '#services/flow-topups/index.ts'
import { readArrivals } from '#services/flow-topups/read-arrivals.ts'
import { insertTopups, markCredited, readCursor } from '#services/flow-topups/store.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { flowTopups } from '#services/platform/db/schema/index.ts'
import { createLogger } from '#services/platform/logger.ts'
import { fixRate } from '#tests/support/billing.ts'
import { deploy, party } from '#tests/support/contract-chain.ts'
import { contextOn } from '#tests/support/context.ts'
import { type CrashPoint, crashingProcess } from '#tests/support/crashing-context.ts'
import { createTestDatabase } from '#tests/support/stack.ts'
import { accountOf, creditedFor, openTopupWorld, type TopupWorld, watchAll } from '#tests/support/topups.ts'

const ONE = 100_000_000n
let world: TopupWorld
let ctx: ServiceContext
let buyer: Signer
let accountId: string
beforeAll(async () => {
  world = await openTopupWorld()
  // Rounds fail here on purpose.
  ctx = { ...world.ctx, log: createLogger({ level: 'silent', name: 'test', secrets: [] }) }
  buyer = await party('Buyer')
  accountId = await accountOf(ctx, buyer)
  await watchAll(ctx)
})
afterAll(() => world[Symbol.asyncDispose]())

/** What was credited for one FLOW that was paid, when the work meanwhile is all that looks after it. */
async function creditedBy(work: () => Promise<unknown>): Promise<bigint> {
  const before = await creditedFor(ctx, accountId)
  await world.pay(buyer, '1.00000000')
  await work()
  return (await creditedFor(ctx, accountId)) - before
}

type Round = (ctx: ServiceContext) => Promise<unknown>

/** Credits first and notes it afterwards, each time under a new name: what a watcher must not do. */
async function forgetfulRound(at: ServiceContext): Promise<void> {
  const { height } = await at.chain.latestBlock()
  const arrivals = await readArrivals(at, { treasury: world.treasury, from: Math.max(1, height - 2), to: height })
  for (const arrival of arrivals) {
    const [known] = await at.db.select().from(flowTopups).where(eq(flowTopups.id, arrival.id))
    if (known) continue
    const payment = { paymentId: randomUUID(), accountId, from: 'flow', amount: usd(ONE), facts: {} } as const
    await creditPurchase(at, payment)
    await insertTopups(at.db, [{ ...arrival, state: 'priced', usd: ONE, usdPerFlow: ONE }])
    await markCredited(at.db, arrival.id, { accountId, creditedAt: at.clock() })
  }
}

/** What each payment came to when its round died at one statement after another, and the next process went on. */
async function creditsAfterCrashes(round: Round): Promise<{ credits: bigint[]; points: number }> {
  const credits: bigint[] = []
  let points = 0
  for (const when of ['before', 'after'] as const) {
    for (let at = 1; ; at += 1) {
      let wasReached = false
      const credited = await creditedBy(async () => {
        wasReached = await dieAt(round, { at, when })
        await round(ctx)
      })
      credits.push(credited)
      if (!wasReached) break
      points += 1
    }
  }
  return { credits, points }
}

async function dieAt(round: Round, point: CrashPoint): Promise<boolean> {
  await using process = crashingProcess(ctx, point)
  await round(process.ctx).catch(() => {})
  return process.isReached()
}

describe('FLOW is credited once', () => {
  test('wherever the process dies', { timeout: 300_000 }, async () => {
    const { credits, points } = await creditsAfterCrashes(watchAll)
    expect(points).toBeGreaterThan(20)
    expect(credits.filter((credit) => credit !== ONE)).toEqual([])
  })

  test('but not by a watcher that notes afterwards, which the same crashes show', { timeout: 300_000 }, async () => {
    const { credits } = await creditsAfterCrashes(forgetfulRound)
    expect(credits.filter((credit) => credit !== ONE).length).toBeGreaterThan(0)
    expect(credits.some((credit) => credit === 2n * ONE)).toBe(true)
  })

  test('by several processes that look at the same time', async () => {
    // What the test before left half done is not of this one.
    await watchAll(ctx)
    const others = await Promise.all(
      [1, 2, 3].map(() => crashingProcess(ctx, { at: Number.POSITIVE_INFINITY, when: 'before' })),
    )
    for (let payments = 0; payments < 5; payments += 1) {
      const all = [ctx, ...others.map((other) => other.ctx)]
      const credited = creditedBy(() => Promise.all(all.flatMap((each) => [watchAll(each), watchAll(each)])))
      expect(await credited).toBe(ONE)
    }
    await Promise.all(others.map((other) => other[Symbol.asyncDispose]()))
  })

  test('by a database that forgot how far it had looked', async () => {
    const before = await creditedFor(ctx, accountId)
    await ctx.db.execute('delete from flow_topup_cursors')
    await watchAll(ctx)
    await watchAll(ctx)
    expect(await creditedFor(ctx, accountId)).toBe(before)
  })

  test('in each database of its own: what was paid before the first round is found', async () => {
    await using fresh = await contextOn((await createTestDatabase()).url, {
      chain: ctx.chain,
      deploymentId: ctx.deploymentId,
      variables: { CREDITS_FLOW_ADDRESS: world.treasury, FLOW_CONTRACT_ADDRESS: world.billing.admin.address },
    })
    const account = await accountOf(fresh.ctx, buyer)
    await watchAll(fresh.ctx)
    expect(await creditedFor(fresh.ctx, account)).toBeGreaterThan(0n)
  })
})

test('what was paid before the contracts were there keeps nobody waiting', async () => {
  await world.pay(buyer, '7.00000000')
  const later = await deploy('Later admin')
  await fixRate(later)
  const { deploymentId } = await later.chain.script('get_settings', {})
  await using fresh = await contextOn((await createTestDatabase()).url, {
    chain: later.chain,
    deploymentId,
    variables: { CREDITS_FLOW_ADDRESS: world.treasury, FLOW_CONTRACT_ADDRESS: later.admin.address },
  })
  await world.pay(buyer, '2.00000000')
  await watchAll(fresh.ctx)
  const rows = await fresh.ctx.db.select().from(flowTopups)
  expect(rows.find(({ amount }) => amount === 7n * ONE)).toMatchObject({ state: 'waiting' })
  expect(rows.find(({ amount }) => amount === 2n * ONE)).toMatchObject({ state: 'priced', usd: 2n * ONE })
})

describe('a node that is behind', () => {
  const cursor = () => readCursor(ctx.db, { deploymentId: ctx.deploymentId, treasury: world.treasury })
  const seeing = (ahead: number): ServiceContext => ({
    ...ctx,
    chain: {
      ...ctx.chain,
      latestBlock: async () => {
        const block = await ctx.chain.latestBlock()
        return { ...block, height: block.height + ahead }
      },
    },
  })

  test('hides nothing: what it answers for blocks that it lacks is not taken for an answer', async () => {
    await watchAll(ctx)
    const before = await cursor()
    const credited = await creditedBy(async () => {
      await expect(watchTopups(seeing(5))).rejects.toMatchObject({ code: 'chain_unreachable' })
      expect(await cursor()).toBe(before)
      await watchAll(ctx)
    })
    expect(credited).toBe(ONE)
  })

  test('moves nothing back', async () => {
    await watchAll(ctx)
    const before = await cursor()
    await watchAll(seeing(-5))
    expect(await cursor()).toBe(before)
  })
})
