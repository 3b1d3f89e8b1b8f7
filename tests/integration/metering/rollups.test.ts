import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import { ingestEvents } from '#services/metering/ingest-events.ts'
import { healRollups } from '#services/metering/rollups/heal-rollups.ts'
import { rebuildRollups } from '#services/metering/rollups/rebuild-rollups.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { events, usageDaily, usageHourly, usageSeries } from '#services/platform/db/schema/index.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { giveKey, hashOf, usageEvent } from '#tests/support/usage-events.ts'
import { wrongSums } from '#tests/support/usage-sums.ts'

let opened: TestContext
let ctx: ServiceContext

beforeAll(async () => {
  opened = await createTestContext()
  ctx = opened.ctx
})
afterAll(() => opened[Symbol.asyncDispose]())

/** Each test has the books to itself. */
beforeEach(() =>
  ctx.db.execute(
    sql`truncate events, event_identities, meters, meter_periods, usage_series, usage_hourly, usage_daily, api_keys cascade`,
  ),
)

const ingest = (...calls: unknown[]) => ingestEvents(ctx, { road: 'plugin', items: calls.map((raw) => ({ raw })) })
const hours = () =>
  ctx.db
    .select()
    .from(usageHourly)
    .innerJoin(usageSeries, eq(usageSeries.id, usageHourly.seriesId))
    .orderBy(usageHourly.hour)
const days = () => ctx.db.select().from(usageDaily).orderBy(usageDaily.day)

const FAILED = { status: 'failure' as const, inputTokens: null }

/** Calls of several keys with labels, outcomes, costs and times of all kinds. */
async function mixedCalls(count: number): Promise<UsageEventWire[]> {
  const keys = [await giveKey(ctx, 1n), await giveKey(ctx, 2n), await giveKey(ctx, 3n)]
  const pick = <T>(from: readonly T[], i: number): T => from[(i * 7919 + (i >> 3)) % from.length] as T
  return Array.from({ length: count }, (_, i) =>
    usageEvent(pick(keys, i), {
      startedAt: new Date(Date.UTC(2026, 9, 30) + ((i * 104_729) % 5_000) * 60_000).toISOString(),
      model: pick(['gpt-4', 'Claude-3-Opus', 'llama-3'], i),
      provider: pick(['openai', null, 'anthropic'], i + 1),
      endUser: pick(['ann', 'bob', '', null, 'Zoë 😀'], i + 2),
      organization: pick(['acme', null], i + 3),
      feature: pick(['search', null, 'chat'], i + 4),
      inputTokens: String((i * 31) % 1_000),
      cachedTokens: pick(['10', null, '0'], i),
      reasoningTokens: pick([null, '3'], i),
      litellmCostUsd: pick(['2.25e-05', '0.00022500000000000002', '0', 'nan', null, '0.0000000000005'], i),
      ...pick([{}, {}, {}, FAILED, { cacheHit: true }, { ...FAILED, status: 'unknown' as const }], i + 5),
    }),
  )
}

test('an hour and a day hold the calls that began in them, with measures of what was paid only', async () => {
  const keyHash = await giveKey(ctx, 7n)
  const at = (startedAt: string, more: Partial<UsageEventWire> = {}) => usageEvent(keyHash, { startedAt, ...more })
  await ingest(
    at('2026-11-20T10:00:00Z', { cachedTokens: '80', reasoningTokens: '20', litellmCostUsd: '2.25e-05' }),
    at('2026-11-20T10:59:59.999Z', { cacheWriteTokens: '5', litellmCostUsd: '0' }),
    at('2026-11-20T11:00:00Z', { litellmCostUsd: 'nan' }),
    at('2026-11-20T23:30:00-01:00', { cacheHit: true, litellmCostUsd: '1' }),
  )
  await ingest(at('2026-11-20T10:30:00Z', { status: 'failure', outputTokens: null, litellmCostUsd: '1' }))
  const counted = {
    inputTokens: 200n,
    outputTokens: 100n,
    cachedTokens: 80n,
    cacheWriteTokens: 5n,
    reasoningTokens: 20n,
  }
  const first = { requests: 3n, failures: 1n, cacheHits: 0n, billableTokens: 300n, ...counted }
  const costs = { litellmCost: 22_500_000n, costUnknown: 0n, costZero: 1n }
  expect(await hours()).toMatchObject([
    {
      usage_series: { deploymentId: ctx.deploymentId, account: 'vault:7', keyHash, model: 'gpt-4', endUser: '' },
      usage_hourly: { hour: new Date('2026-11-20T10:00:00Z'), ...first, ...costs },
    },
    { usage_hourly: { hour: new Date('2026-11-20T11:00:00Z'), requests: 1n, billableTokens: 150n, costUnknown: 1n } },
    { usage_hourly: { hour: new Date('2026-11-21T00:00:00Z'), requests: 1n, cacheHits: 1n, litellmCost: 0n } },
  ])
  expect(await days()).toMatchObject([
    { day: '2026-11-20', requests: 4n, failures: 1n, billableTokens: 450n, costUnknown: 1n, costZero: 1n },
    { day: '2026-11-21', requests: 1n, cacheHits: 1n, billableTokens: 0n },
  ])
})

test('they are the sums of the events, however the calls come', async () => {
  const calls = await mixedCalls(600)
  const shuffled = (seed: number) =>
    calls
      .map((call, i) => ({ call, at: (i * 7919 + seed * 104_729) % 607 }))
      .sort((a, b) => a.at - b.at)
      .map(({ call }) => call)
  const parts = [0, 1, 2].flatMap((seed) =>
    Array.from({ length: 10 }, (_, part) => shuffled(seed).slice(part * 60, part * 60 + 60)),
  )
  await Promise.all(parts.map((part) => ingest(...part)))
  expect(await ctx.db.$count(events)).toBe(600)
  expect(await wrongSums(ctx.db)).toEqual([])
})

test('the comparison with the sums finds one token too many, and a call in the wrong hour', async () => {
  await ingest(...(await mixedCalls(50)))
  await ctx.db.execute(sql`update usage_daily set input_tokens = input_tokens + 1
    where (series_id, day) = (select series_id, day from usage_daily limit 1)`)
  expect(await wrongSums(ctx.db)).toMatchObject([{ of: 'daily' }, { of: 'daily' }])
  await ctx.db.execute(sql`update events set started_at = started_at + interval '2 hours' where ordinal = 0`)
  expect((await wrongSums(ctx.db)).length).toBeGreaterThan(2)
})

describe('LiteLLM’s cost', () => {
  test.each(['nan', '-inf', '-3.5', '1e308', 'free', '0.1'.padEnd(60, '1')])(
    '"%s" holds up no bill, and is marked',
    async (said) => {
      const keyHash = await giveKey(ctx, 7n)
      expect(await ingest(usageEvent(keyHash, { litellmCostUsd: said }))).toMatchObject({ stored: 1 })
      const [stored] = await ctx.db.select().from(events)
      expect(stored).toMatchObject({ billableTokens: 150n, litellmCost: null })
      expect(said.startsWith(stored?.litellmCostUsd?.replace('…', '') ?? '?')).toBe(true)
      expect(await days()).toMatchObject([{ billableTokens: 150n, litellmCost: 0n, costUnknown: 1n, costZero: 0n }])
    },
  )

  test('of nothing beside tokens is marked too', async () => {
    const keyHash = await giveKey(ctx, 7n)
    await ingest(usageEvent(keyHash, { litellmCostUsd: '0.0' }))
    await ingest(usageEvent(keyHash, { litellmCostUsd: '0.00001' }))
    expect(await days()).toMatchObject([{ requests: 2n, costZero: 1n, costUnknown: 0n }])
  })
})

describe('a rebuild', () => {
  test('finds nothing to put right, also while calls come in', async () => {
    const calls = await mixedCalls(400)
    const ingesting = Promise.all(
      Array.from({ length: 20 }, (_, part) => ingest(...calls.slice(part * 20, part * 20 + 20))),
    )
    const reports = []
    for (let round = 0; round < 5; round += 1) reports.push(await rebuildRollups(ctx))
    await ingesting
    reports.push(await rebuildRollups(ctx))
    expect(reports.map(({ differing }) => differing)).toEqual([0, 0, 0, 0, 0, 0])
    expect(reports.at(-1)).toMatchObject({ periods: 6, dropped: 0 })
    expect(await wrongSums(ctx.db)).toEqual([])
  })

  test('puts right what is wrong, missing or too much, and tells how much', async () => {
    await ingest(...(await mixedCalls(60)))
    const [one, two] = await hours()
    await ctx.db.execute(sql`update usage_hourly set billable_tokens = billable_tokens + 7, requests = requests + 1
      where series_id = ${one?.usage_hourly.seriesId} and hour = ${one?.usage_hourly.hour.toISOString()}`)
    await ctx.db.execute(sql`update usage_hourly set hour = '2026-10-30T23:00:00Z'
      where series_id = ${two?.usage_hourly.seriesId} and hour = ${two?.usage_hourly.hour.toISOString()}`)
    await ctx.db.execute(sql`delete from usage_daily where day = '2026-11-01'`)
    const report = await rebuildRollups(ctx)
    expect(report.differing).toBeGreaterThan(3)
    expect(report.missing).toMatchObject({ billableTokens: -7n, requests: -1n, inputTokens: 0n })
    expect(await wrongSums(ctx.db)).toEqual([])
    expect(await rebuildRollups(ctx)).toMatchObject({ differing: 0 })
  })

  test('of one month leaves the others alone', async () => {
    await ingest(...(await mixedCalls(60)))
    await ctx.db.delete(usageDaily)
    expect(await rebuildRollups(ctx, 202_610)).toMatchObject({ periods: 3 })
    expect((await days()).every(({ day }) => day.startsWith('2026-10'))).toBe(true)
  })
})

test('calls from before there were rollups are added up once', async () => {
  await ingest(...(await mixedCalls(100)))
  await ctx.db.delete(usageHourly)
  await ctx.db.delete(usageDaily)
  await ctx.db.delete(usageSeries)
  expect(await healRollups(ctx)).toMatchObject({ periods: 6, dropped: 0, missing: { requests: 100n } })
  expect(await wrongSums(ctx.db)).toEqual([])
  expect(await healRollups(ctx)).toMatchObject({ periods: 0 })
})

/** Characters of four bytes that no compression makes shorter. */
const wide = (length: number): string =>
  Array.from({ length }, (_, i) => {
    const digits = hashOf(`${i}`).slice(0, 4)
    return String.fromCodePoint(0x10000 + Number.parseInt(digits, 16))
  }).join('')

describe('labels', () => {
  test('are cut to 256 characters and 32 tags, which any index holds, and cost no bill', async () => {
    const keyHash = await giveKey(ctx, 7n)
    const names = [
      'endUser',
      'organization',
      'team',
      'conversation',
      'feature',
      'agent',
      'traceId',
      'provider',
    ] as const
    const labels = Object.fromEntries(names.map((name) => [name, wide(5_000)]))
    const tags = Array.from({ length: 90 }, () => wide(300))
    const result = await ingest(usageEvent(keyHash, { ...labels, callId: wide(999), servedModel: wide(257), tags }))
    expect(result).toEqual({ stored: 1, duplicates: 0, rejected: [] })
    const [stored] = await ctx.db.select().from(events)
    for (const name of [...names, 'callId', 'servedModel'] as const) expect(stored?.[name]).toBe(wide(256))
    expect(stored?.tags).toEqual(Array.from({ length: 32 }, () => wide(256)))
    expect(Buffer.byteLength(wide(256))).toBe(1_024)
    expect(await wrongSums(ctx.db)).toEqual([])
  })

  test('of three times that length would break an index', async () => {
    const keyHash = await giveKey(ctx, 7n)
    await ingest(usageEvent(keyHash))
    const broken = ctx.db.update(events).set({ conversation: wide(768) })
    await expect(broken).rejects.toMatchObject({ cause: { message: expect.stringContaining('index row') } })
  })
})

test('an event names the account that pays and the wallet that made the key', async () => {
  await ingest(usageEvent(await giveKey(ctx, 7n)))
  expect(await ctx.db.select().from(events)).toMatchObject([{ account: 'vault:7', wallet: '0x01cf0e2f2f715450' }])
})
