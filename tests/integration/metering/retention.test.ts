import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import { upstreamKeyOf } from '#services/api-keys/index.ts'
import { openAccount } from '#services/credits/index.ts'
import { ingestEvents } from '#services/metering/ingest-events.ts'
import { rebuildRollups } from '#services/metering/rollups/rebuild-rollups.ts'
import { keepStorage } from '#services/metering/storage/keep-storage.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import {
  eventIdentities,
  events,
  meterPeriods,
  readings,
  upstreamKeys,
  usageDaily,
} from '#services/platform/db/schema/index.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'

let opened: TestContext
let ctx: ServiceContext
let keyHash: string
const now = new Date('2026-11-21T12:00:00Z')

beforeAll(async () => {
  opened = await createTestContext({ clock: () => now, variables: { EVENT_RETENTION_MONTHS: '3' } })
  ctx = opened.ctx
  keyHash = await giveKey(ctx, 7n)
})
afterAll(() => opened[Symbol.asyncDispose]())

const ingest = (...calls: unknown[]) => ingestEvents(ctx, { road: 'plugin', items: calls.map((raw) => ({ raw })) })
const callIn = (month: string, of = keyHash): UsageEventWire => usageEvent(of, { startedAt: `${month}-15T10:00:00Z` })
const months = async (): Promise<string[]> => {
  const { rows } = await ctx.db.execute<{ month: string }>(
    sql`select inhrelid::regclass::text as month from pg_inherits where inhparent = 'events'::regclass order by 1`,
  )
  return rows.map(({ month }) => month)
}
const settle = (period: number) =>
  ctx.db
    .update(meterPeriods)
    .set({ settledTokens: sql`tokens` })
    .where(eq(meterPeriods.period, period))

test('the coming two months have their partitions, and what is settled and old has none', async () => {
  const old = callIn('2026-06')
  await ingest(old, callIn('2026-07'), callIn('2026-08'), callIn('2026-11'))
  for (const period of [202_606, 202_607, 202_608]) await settle(period)
  await keepStorage(ctx)
  expect(await months()).toEqual(['events_202608', 'events_202611', 'events_202612', 'events_202701'])
  expect(await ctx.db.$count(events)).toBe(2)
  expect(await ctx.db.$count(eventIdentities)).toBe(4)
  expect(await ctx.db.$count(usageDaily)).toBe(4)

  expect(await ingest(old)).toEqual({ stored: 0, duplicates: 1, rejected: [] })
})

test('a call that comes later still is stored, and a rebuild leaves the sums of what was dropped', async () => {
  expect(await ingest(callIn('2026-06'))).toMatchObject({ stored: 1 })
  expect(await rebuildRollups(ctx, 202_606)).toMatchObject({ periods: 1, dropped: 1, differing: 0 })
  const days = await ctx.db.select().from(usageDaily).where(eq(usageDaily.day, '2026-06-15'))
  expect(days).toMatchObject([{ requests: 2n, billableTokens: 300n }])
  expect(await ctx.db.select().from(eventIdentities).where(eq(eventIdentities.period, 202_606))).toMatchObject([
    { ordinal: 0 },
    { ordinal: 1 },
  ])
})

describe('a month stays', () => {
  const isKept = async (): Promise<boolean> => (await keepStorage(ctx), (await months()).includes('events_202605'))

  test('while something of it is not settled', async () => {
    await ingest(callIn('2026-05'))
    expect(await isKept()).toBe(true)
    await ctx.db.update(meterPeriods).set({ closedReason: 'too late' }).where(eq(meterPeriods.period, 202_605))
    expect(await isKept()).toBe(true)
  })

  test('while a reading of it is on its way', async () => {
    await settle(202_605)
    const reading = { id: 'r1', deploymentId: ctx.deploymentId, vaultId: 7n, period: 202_605, sequence: 1n, models: [] }
    await ctx.db
      .insert(readings)
      .values({ ...reading, tokens: 150n, root: '', eventCount: 1, status: 'planned', createdAt: now })
    expect(await isKept()).toBe(true)
    await ctx.db.update(readings).set({ status: 'sealed' })
  })

  test('when the setting says so', async () => {
    const forever = { ...ctx, env: { ...ctx.env, ingest: { ...ctx.env.ingest, retentionMonths: 0 } } }
    await keepStorage(forever)
    expect(await months()).toContain('events_202605')
    const half = { ...ctx, env: { ...ctx.env, ingest: { ...ctx.env.ingest, retentionMonths: 6 } } }
    await keepStorage(half)
    expect(await months()).toContain('events_202605')
  })

  test('and goes when nothing holds it', async () => {
    expect(await isKept()).toBe(false)
  })
})

test('a call for a month that is dropped at that moment is stored all the same', async () => {
  const calls = Array.from({ length: 30 }, () => callIn('2026-04'))
  await ingest(callIn('2026-04'))
  const [, ...results] = await Promise.all([
    (async () => {
      for (let round = 0; round < 10; round += 1) {
        await settle(202_604)
        await keepStorage(ctx)
      }
    })(),
    ...calls.map((call) => ingest(call)),
  ])
  expect(results.map(({ stored }) => stored)).toEqual(calls.map(() => 1))
  expect(await ctx.db.$count(eventIdentities, eq(eventIdentities.period, 202_604))).toBe(31)
})

test('a month of credits, which no chain hears of, is no month that waits to be settled', async () => {
  const { id } = await openAccount(ctx, { subject: 'flow:0x01cf0e2f2f715450' })
  const { keyHash: ofCredits } = upstreamKeyOf(ctx, { id })
  const key = { keyHash: ofCredits, accountId: id, deploymentId: ctx.deploymentId, createdAt: now }
  await ctx.db.insert(upstreamKeys).values({ ...key, kind: 'litellm', status: 'active' })
  expect(await ingest(callIn('2026-03', ofCredits))).toMatchObject({ stored: 1 })
  await keepStorage(ctx)
  expect(await months()).not.toContain('events_202603')
  expect(await ctx.db.$count(eventIdentities, eq(eventIdentities.period, 202_603))).toBe(1)
})
