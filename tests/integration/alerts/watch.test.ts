import { asc, eq } from 'drizzle-orm'
import { beforeEach, describe, expect, test } from 'vitest'
import { watchOperation, watchUsage } from '#services/alerts/index.ts'
import type { ChainClient } from '#services/clients/flow/index.ts'
import { openAccount } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { alerts, deadLetters, meterPeriods, outbox, readings, watermarks } from '#services/platform/db/schema/index.ts'
import { createTestContext } from '#tests/support/context.ts'
import { addUsage } from '#tests/support/rollups.ts'
import { giveKey } from '#tests/support/usage-events.ts'

const ORACLE = '0x179b6b1cb6755e31'
let ctx: ServiceContext
let now: Date
let balance = 500_000_000n
const account = () => Promise.resolve({ address: ORACLE, balance, keys: [] })

beforeEach(async () => {
  now = new Date('2026-11-20T10:20:00Z')
  balance = 500_000_000n
  const opened = await createTestContext({
    chain: { account } as object as ChainClient,
    clock: () => now,
    variables: { FLOW_ORACLE_ADDRESS: ORACLE, ALERT_HEAVY_TOKENS: '1000000' },
  })
  ctx = opened.ctx
  return () => opened[Symbol.asyncDispose]()
})

const later = (ms: number): void => void (now = new Date(now.getTime() + ms))
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const told = (kind: typeof alerts.$inferSelect.kind) =>
  ctx.db.select().from(alerts).where(eq(alerts.kind, kind)).orderBy(asc(alerts.createdAt))

describe('a condition is told when it begins, once, and noted when it is over', () => {
  const lose = (): Promise<unknown> =>
    ctx.db.insert(deadLetters).values({
      fingerprint: String(Math.random()),
      road: 'plugin',
      reason: 'unknown_key',
      payload: {},
      receivedAt: now,
    })
  const resolve = (): Promise<unknown> => ctx.db.update(deadLetters).set({ resolvedAt: now, resolution: 'replayed' })

  test('however often it is looked at, and by however many at once', async () => {
    await watchOperation(ctx)
    expect(await told('dead_letters')).toEqual([])
    await lose()
    await Promise.all(Array.from({ length: 4 }, () => watchOperation(ctx)))
    await lose()
    await watchOperation(ctx)
    expect(await told('dead_letters')).toMatchObject([{ audience: 'operator', resolvedAt: null, severity: 'warning' }])
  })

  test('again when it comes back later; not when it only flickers', async () => {
    await lose()
    await watchOperation(ctx)
    await resolve()
    await watchOperation(ctx)
    expect((await told('dead_letters'))[0]?.resolvedAt).not.toBeNull()
    later(5 * MINUTE)
    await lose()
    await watchOperation(ctx)
    expect(await told('dead_letters')).toMatchObject([{ resolvedAt: null }])
    await resolve()
    await watchOperation(ctx)
    later(20 * MINUTE)
    await lose()
    await watchOperation(ctx)
    expect(await told('dead_letters')).toMatchObject([{ resolvedAt: expect.any(Date) }, { resolvedAt: null }])
  })

  test('once a day while it becomes worse; not while it only goes on', async () => {
    await lose()
    await watchOperation(ctx)
    later(25 * HOUR)
    await watchOperation(ctx)
    expect(await told('dead_letters')).toHaveLength(1)
    await lose()
    await watchOperation(ctx)
    later(HOUR)
    await lose()
    await watchOperation(ctx)
    expect(await told('dead_letters')).toMatchObject([
      { resolvedAt: expect.any(Date), data: { total: 1 } },
      { resolvedAt: null, data: { total: 2 } },
    ])
  })
})

describe('the operator is told', () => {
  test('that the oracle is short of FLOW', async () => {
    await watchOperation(ctx)
    expect(await told('oracle_flow_low')).toEqual([])
    balance = 99_999_999n
    await watchOperation(ctx)
    const [alert] = await told('oracle_flow_low')
    expect(alert).toMatchObject({ severity: 'critical', data: { balance: '0.99999999', least: '1.00000000' } })
    expect(alert?.sentence).toContain('0.99 FLOW left')
  })

  test('that work waits in the outbox, and no longer when it is done', async () => {
    await ctx.db.insert(outbox).values({ kind: 'some.work', dedupe: 'x', payload: {}, runAt: now, createdAt: now })
    later(4 * MINUTE)
    await watchOperation(ctx)
    expect(await told('work_late')).toEqual([])
    later(2 * MINUTE)
    await watchOperation(ctx)
    expect(await told('work_late')).toMatchObject([{ data: { part: 'outbox', lagMs: 6 * MINUTE }, resolvedAt: null }])
    await ctx.db.update(outbox).set({ doneAt: now })
    await watchOperation(ctx)
    expect((await told('work_late'))[0]?.resolvedAt).toEqual(now)
  })

  test('of usage that can’t be billed any more, each time that it becomes more', async () => {
    const key = { deploymentId: ctx.deploymentId, vaultId: 7n, period: 202610 }
    const frontier = { size: 0, peaks: [] }
    await ctx.db.insert(meterPeriods).values({ ...key, frontier, root: '', tokens: 100n, settledTokens: 60n })
    await watchOperation(ctx)
    expect(await told('settlement_alarm')).toEqual([])
    await ctx.db.update(meterPeriods).set({ closedReason: 'period_closed' })
    await watchOperation(ctx)
    await watchOperation(ctx)
    later(MINUTE)
    await ctx.db.update(meterPeriods).set({ tokens: 110n })
    await watchOperation(ctx)
    const alarms = await told('settlement_alarm')
    expect(alarms.map(({ data }) => data['tokens'])).toEqual(['40', '50'])
    expect(alarms[0]?.sentence).toContain('40 tokens of subscription 7, Oct 2026, are not billed and can’t be any more')
  })

  test("that LiteLLM's books are not read", async () => {
    const keyHash = await giveKey(ctx, 7n)
    await ctx.db.insert(watermarks).values({ name: `spend-logs:${keyHash}`, position: now, readAt: now })
    later(9 * MINUTE)
    await watchOperation(ctx)
    expect(await told('work_late')).toEqual([])
    later(2 * MINUTE)
    await watchOperation(ctx)
    expect(await told('work_late')).toMatchObject([{ data: { part: 'poll' } }])
  })

  test('that a reading does not settle, and of each alarm of a settlement once', async () => {
    const reading = {
      deploymentId: ctx.deploymentId,
      vaultId: 7n,
      period: 202611,
      models: [],
      tokens: 1n,
      root: '',
      eventCount: 1,
      createdAt: now,
    }
    await ctx.db.insert(readings).values([
      { ...reading, id: 'reading_1', sequence: 1n, status: 'planned' },
      {
        ...reading,
        id: 'reading_2',
        sequence: 2n,
        status: 'sealed',
        finishedAt: now,
        alarm: 'price on chain 2, expected 1',
      },
    ])
    later(6 * MINUTE)
    await watchOperation(ctx)
    await watchOperation(ctx)
    expect(await told('work_late')).toMatchObject([{ data: { part: 'settlement', stuck: 1 } }])
    expect(await told('settlement_alarm')).toMatchObject([
      { severity: 'critical', account: 'vault:7', audience: 'operator' },
    ])
  })

  test('of the rest when one look fails', async () => {
    const broken = { account: () => Promise.reject(new Error('the chain is away')) } as object as ChainClient
    await ctx.db.insert(outbox).values({ kind: 'some.work', dedupe: 'x', payload: {}, runAt: now, createdAt: now })
    later(6 * MINUTE)
    const quiet = { ...ctx, log: ctx.log.child({}, { level: 'silent' }) }
    await watchOperation({ ...quiet, chain: broken })
    expect(await told('work_late')).toHaveLength(1)
  })

  test('of an account that uses very much, once a day', async () => {
    await addUsage(ctx, { account: 'vault:7', at: '2026-11-20T09:00:00Z', tokens: 600_000n })
    await addUsage(ctx, { account: 'vault:8', at: '2026-11-20T09:00:00Z', tokens: 600_000n })
    await watchUsage(ctx)
    expect(await told('heavy_account')).toEqual([])
    await addUsage(ctx, { account: 'vault:7', at: '2026-11-20T10:00:00Z', tokens: 400_001n, model: 'claude-3-opus' })
    await watchUsage(ctx)
    await watchUsage(ctx)
    expect(await told('heavy_account')).toMatchObject([{ account: 'vault:7', data: { tokens: '1000001' } }])
    later(86_400_000)
    await addUsage(ctx, { account: 'vault:7', at: '2026-11-21T09:00:00Z', tokens: 2_000_000n })
    await watchUsage(ctx)
    expect(await told('heavy_account')).toHaveLength(2)
  })

  test('that an account used very much on the day that has just ended', async () => {
    await addUsage(ctx, { account: 'vault:7', at: '2026-11-20T23:59:50Z', tokens: 1_000_001n })
    now = new Date('2026-11-21T00:00:20Z')
    await watchUsage(ctx)
    expect(await told('heavy_account')).toMatchObject([{ account: 'vault:7', data: { day: '2026-11-20' } }])
  })
})

describe('an owner is told of an unusual hour', () => {
  const usual = async (days: number, account = 'vault:7'): Promise<void> => {
    for (let day = 1; day <= days; day += 1) {
      const at = new Date(now.getTime() - day * 86_400_000).toISOString()
      await addUsage(ctx, { account, at, tokens: 100_000n + BigInt(day % 3) * 1_000n })
    }
  }

  test('with what is usual, once a day', async () => {
    await usual(14)
    await addUsage(ctx, { account: 'vault:7', at: now.toISOString(), tokens: 200_000n })
    await watchUsage(ctx)
    expect(await told('unusual_usage')).toEqual([])
    await addUsage(ctx, { account: 'vault:7', at: now.toISOString(), tokens: 500_000n, endUser: 'mallory' })
    await watchUsage(ctx)
    await watchUsage(ctx)
    const all = await told('unusual_usage')
    expect(all).toMatchObject([{ audience: null, account: 'vault:7', data: { tokens: '700000', usual: '101000' } }])
    expect(all[0]?.sentence).toContain('Since 10:00 UTC subscription 7 used 700,000 tokens')
  })

  test.each([
    ['flow:0x01cf0e2f2f715450', '0x01cf0e2f2f715450'],
    ['oidc:issuer|nobody', 'operator'],
  ])('of the credits of %s, as %s', async (subject, audience) => {
    const { id } = await openAccount(ctx, { subject })
    await usual(14, `credits:${id}`)
    await addUsage(ctx, { account: `credits:${id}`, at: now.toISOString(), tokens: 700_000n })
    await watchUsage(ctx)
    const all = await told('unusual_usage')
    expect(all).toMatchObject([{ audience, account: `credits:${id}` }])
    expect(all[0]?.sentence).toContain(`credit account ${id} used 700,000 tokens`)
  })

  test('not in the first week, nor at an hour that is always so', async () => {
    await usual(6)
    await addUsage(ctx, { account: 'vault:7', at: now.toISOString(), tokens: 900_000n })
    for (let day = 1; day <= 14; day += 1) {
      const at = new Date(now.getTime() - day * 86_400_000).toISOString()
      await addUsage(ctx, { account: 'vault:8', at, tokens: 900_000n })
    }
    await addUsage(ctx, { account: 'vault:8', at: now.toISOString(), tokens: 900_000n })
    await watchUsage(ctx)
    expect(await told('unusual_usage')).toEqual([])
  })

  test('that has just ended, when its usage came after the last look at it, once', async () => {
    await usual(14)
    await addUsage(ctx, { account: 'vault:7', at: now.toISOString(), tokens: 700_000n })
    later(41 * MINUTE)
    await watchUsage(ctx)
    await watchUsage(ctx)
    const all = await told('unusual_usage')
    expect(all).toMatchObject([{ account: 'vault:7', data: { hour: '2026-11-20T10:00:00.000Z', tokens: '700000' } }])
    expect(all[0]?.sentence).toContain('From 10:00 to 11:00 UTC subscription 7 used 700,000 tokens')
  })

  test('counts hours without usage as such', async () => {
    await addUsage(ctx, { account: 'vault:7', at: '2026-11-01T03:00:00Z', tokens: 5n })
    await addUsage(ctx, { account: 'vault:7', at: now.toISOString(), tokens: 60_000n })
    await watchUsage(ctx)
    expect(await told('unusual_usage')).toMatchObject([{ data: { usual: '0' } }])
  })
})
