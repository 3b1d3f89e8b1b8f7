import { and, eq, sum } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { merkleRoot } from '#lib/merkle/proof.ts'
import { payerOfAccount } from '#lib/metering/payer.ts'
import { ingestEvents } from '#services/metering/ingest-events.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { deadLetters, eventIdentities, events, meterPeriods, meters } from '#services/platform/db/schema/index.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { newSpender } from '#tests/support/spent-credits.ts'
import { giveKey, hashOf, usageEvent } from '#tests/support/usage-events.ts'

let opened: TestContext
let ctx: ServiceContext
let nextVault = 1n

beforeAll(async () => {
  opened = await createTestContext()
  ctx = opened.ctx
})
afterAll(() => opened[Symbol.asyncDispose]())

async function newVault(): Promise<{ vaultId: bigint; keyHash: string }> {
  const vaultId = nextVault++
  return { vaultId, keyHash: await giveKey(ctx, vaultId) }
}
const plugin = (...raws: unknown[]) => ingestEvents(ctx, { road: 'plugin', items: raws.map((raw) => ({ raw })) })
const poll = (raw: unknown, alternativeId: string) =>
  ingestEvents(ctx, { road: 'poll', items: [{ raw, alternativeId }] })
const eventsOf = (vaultId: bigint) =>
  ctx.db.select().from(events).where(eq(events.vaultId, vaultId)).orderBy(events.period, events.ordinal)
const metersOf = (vaultId: bigint) =>
  ctx.db.select().from(meters).where(eq(meters.vaultId, vaultId)).orderBy(meters.period, meters.model)
const lettersOf = async (reason: string) =>
  (await ctx.db.select().from(deadLetters).where(eq(deadLetters.reason, reason))).length

describe('one call is one event', () => {
  test('by two roads', async () => {
    const { vaultId, keyHash } = await newVault()
    const call = usageEvent(keyHash)
    expect(await plugin(call)).toEqual({ stored: 1, duplicates: 0, rejected: [] })
    expect(await poll(call, 'slog:chatcmpl-1-of-the-row')).toEqual({ stored: 0, duplicates: 1, rejected: [] })
    expect(await eventsOf(vaultId)).toMatchObject([{ id: call.id, road: 'plugin', ordinal: 0, billableTokens: 150n }])
    expect(await metersOf(vaultId)).toMatchObject([{ model: 'gpt-4', tokens: 150n, requests: 1n }])
  })

  test('twice in one batch', async () => {
    const { vaultId, keyHash } = await newVault()
    const call = usageEvent(keyHash)
    expect(await plugin(call, call)).toEqual({ stored: 1, duplicates: 1, rejected: [] })
    expect(await metersOf(vaultId)).toMatchObject([{ tokens: 150n, requests: 1n }])
  })

  test('when 50 senders deliver the same 200 calls shuffled and at once', async () => {
    const { vaultId, keyHash } = await newVault()
    const other = await newVault()
    const calls = Array.from({ length: 200 }, (_, i) =>
      usageEvent(i % 2 ? keyHash : other.keyHash, {
        model: ['gpt-4', 'claude-3-opus', 'Llama-3-70B'][i % 3] ?? '',
        inputTokens: String(i),
        startedAt: i % 5 ? '2026-11-20T10:00:00Z' : '2026-10-31T23:59:59.999Z',
      }),
    )
    const shuffled = (seed: number) =>
      calls.map((call, i) => ({ call, at: (i * 7919 + seed * 104_729) % 211 })).sort((a, b) => a.at - b.at)
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, seed) =>
        plugin(
          ...shuffled(seed)
            .map(({ call }) => call)
            .slice(seed % 7),
        ),
      ),
    )
    await plugin(...calls)
    expect(results.flatMap(({ rejected }) => rejected)).toEqual([])
    const once = await newVault()
    const onceOther = await newVault()
    const rekeyed = calls.map((call) =>
      usageEvent(call.keyHash === keyHash ? once.keyHash : onceOther.keyHash, {
        model: call.model,
        inputTokens: call.inputTokens ?? null,
        startedAt: call.startedAt,
      }),
    )
    await plugin(...rekeyed)
    const totals = async (vault: bigint) =>
      (await metersOf(vault)).map(({ period, model, tokens, requests }) => ({ period, model, tokens, requests }))
    expect(await totals(vaultId)).toEqual(await totals(once.vaultId))
    expect(await totals(other.vaultId)).toEqual(await totals(onceOther.vaultId))
    expect((await eventsOf(vaultId)).length + (await eventsOf(other.vaultId)).length).toBe(200)
    await expectConsistent(vaultId)
    await expectConsistent(other.vaultId)
  })

  test('of which two roads count otherwise: the first is billed, the second is told', async () => {
    const { vaultId, keyHash } = await newVault()
    const call = usageEvent(keyHash)
    await plugin(call)
    expect(await poll({ ...call, outputTokens: '51' }, 'slog:other-count')).toMatchObject({
      duplicates: 1,
      rejected: [],
    })
    expect((await metersOf(vaultId))[0]?.tokens).toBe(150n)
    expect(await lettersOf('counts_differ')).toBe(1)
  })

  test('of credits also where the gateway’s clock and LiteLLM’s tell starts that are far apart', async () => {
    const { number, keyHash } = await newSpender(ctx, 'flow:0x01cf0e2f2f715450')
    const call = usageEvent(keyHash)
    const own = { road: 'gateway' as const, items: [{ raw: { ...call, startedAt: '2026-11-20T09:59:50.000Z' } }] }
    expect(await ingestEvents(ctx, own)).toMatchObject({ stored: 1 })
    expect(await poll(call, 'slog:row-of-the-call')).toMatchObject({ stored: 0, duplicates: 1, rejected: [] })
    expect(await eventsOf(payerOfAccount(number))).toMatchObject([{ id: call.id, road: 'gateway' }])
  })

  test('but a failed attempt and the success after it are two, one of them billed', async () => {
    const { vaultId, keyHash } = await newVault()
    const success = usageEvent(keyHash)
    const failure = { ...success, status: 'failure' as const, inputTokens: null, outputTokens: null }
    await plugin(failure, success, failure)
    expect(await eventsOf(vaultId)).toMatchObject([{ billableTokens: 0n }, { billableTokens: 150n }])
  })
})

/** Ordinals without gaps, a root that the leaves give, meters that the events add up to. */
async function expectConsistent(vaultId: bigint): Promise<void> {
  const periods = await ctx.db.select().from(meterPeriods).where(eq(meterPeriods.vaultId, vaultId))
  for (const { period, root, eventCount, tokens } of periods) {
    const rows = (await eventsOf(vaultId)).filter((row) => row.period === period)
    expect(rows.map(({ ordinal }) => ordinal)).toEqual(rows.map((_, i) => i))
    expect(eventCount).toBe(rows.length)
    const leaves = await ctx.db
      .select({ leafHash: eventIdentities.leafHash })
      .from(eventIdentities)
      .where(and(eq(eventIdentities.vaultId, vaultId), eq(eventIdentities.period, period)))
      .orderBy(eventIdentities.ordinal)
    expect(root).toBe(merkleRoot(leaves.map(({ leafHash }) => leafHash)))
    expect(tokens).toBe(rows.reduce((all, row) => all + row.billableTokens, 0n))
    const [metered] = await ctx.db
      .select({ tokens: sum(meters.tokens), requests: sum(meters.requests) })
      .from(meters)
      .where(and(eq(meters.vaultId, vaultId), eq(meters.period, period)))
    expect(metered).toEqual({ tokens: tokens.toString(), requests: rows.length.toString() })
  }
}

describe('a bad item goes to the dead letters, and the rest is stored', () => {
  test('each with its reason and place', async () => {
    const { vaultId, keyHash } = await newVault()
    const result = await plugin(
      usageEvent(keyHash),
      'not an event',
      usageEvent(hashOf('a key that nobody has')),
      usageEvent(keyHash, { inputTokens: null }),
      usageEvent(keyHash, { model: 'gpt 4' }),
      usageEvent(keyHash, { startedAt: '2030-01-01T00:00:00Z' }),
      usageEvent(keyHash, { inputTokens: '-5' }),
      usageEvent(keyHash, { feature: 'nul \0 and half \ud800 survive' }),
      usageEvent(keyHash, { inputTokens: '0', outputTokens: '0' }),
    )
    expect(result).toMatchObject({ stored: 2, duplicates: 0 })
    expect(result.rejected.map(({ index, reason }) => [index, reason])).toEqual([
      [1, 'invalid_event'],
      [2, 'unknown_key'],
      [3, 'missing_usage'],
      [4, 'invalid_model_name'],
      [5, 'starts_in_future'],
      [6, 'invalid_event'],
      [8, 'missing_usage'],
    ])
    expect(await lettersOf('missing_usage')).toBe(2)
    await expectConsistent(vaultId)
  })

  test('delivered again it is still one letter', async () => {
    const { keyHash } = await newVault()
    const bad = usageEvent(keyHash, { outputTokens: null })
    const before = await lettersOf('missing_usage')
    await plugin(bad)
    await plugin(bad, usageEvent(keyHash))
    expect(await lettersOf('missing_usage')).toBe(before + 1)
  })

  test('an item that only the database refuses is found among 40', async () => {
    const { vaultId, keyHash } = await newVault()
    await ctx.db.execute("alter table events add constraint poison check (feature <> 'poison')")
    const batch = Array.from({ length: 40 }, (_, i) => usageEvent(keyHash, i === 17 ? { feature: 'poison' } : {}))
    const result = await plugin(...batch)
    expect(result).toMatchObject({ stored: 39, rejected: [{ index: 17, reason: 'refused_by_database' }] })
    await expectConsistent(vaultId)
  })

  test('the 33rd billable model is refused; failed calls use up no place', async () => {
    const { vaultId, keyHash } = await newVault()
    const failures = Array.from({ length: 50 }, (_, i) => usageEvent(keyHash, { model: `no-${i}`, status: 'failure' }))
    const calls = Array.from({ length: 34 }, (_, i) => usageEvent(keyHash, { model: `model-${i}` }))
    const result = await plugin(...failures, ...calls, usageEvent(keyHash, { model: 'model-0' }))
    expect(result.stored).toBe(50 + 32 + 1)
    expect(result.rejected).toMatchObject([{ index: 82, reason: 'too_many_models' }, { index: 83 }])
    await expectConsistent(vaultId)
  })
})

describe('an identity can be neither made up nor used twice', () => {
  test('an id without a valid MAC is refused on the plug-in road', async () => {
    const { keyHash } = await newVault()
    const mine = usageEvent(keyHash)
    const other = await newVault()
    const result = await plugin(
      { ...mine, id: `${'0'.repeat(32)}.${'0'.repeat(32)}` },
      { ...mine, keyHash: other.keyHash },
    )
    expect(result.rejected.map(({ reason }) => reason)).toEqual(['identity_forged', 'identity_forged'])
  })

  test('a polled call with the id of an earlier one is an event under the row of its own', async () => {
    const { vaultId, keyHash } = await newVault()
    const first = usageEvent(keyHash)
    await plugin(first)
    const replay = { ...first, startedAt: '2026-11-20T11:00:00Z' }
    expect(await poll(replay, 'slog:row-of-replay')).toMatchObject({ stored: 1 })
    expect(await poll(replay, 'slog:row-of-replay')).toMatchObject({ stored: 0, duplicates: 1 })
    expect((await metersOf(vaultId))[0]?.tokens).toBe(300n)
  })

  test('the plug-in road has no other id: the second call is kept aside', async () => {
    const { keyHash } = await newVault()
    const first = usageEvent(keyHash)
    const result = await plugin(first, { ...first, startedAt: '2026-11-20T11:00:00Z' })
    expect(result).toMatchObject({ stored: 1, rejected: [{ index: 1, reason: 'identity_reused' }] })
  })
})

test('failed calls and cache hits are stored and cost nothing', async () => {
  const { vaultId, keyHash } = await newVault()
  await plugin(
    usageEvent(keyHash, { status: 'failure', inputTokens: '70', outputTokens: '0' }),
    usageEvent(keyHash, { cacheHit: true }),
    usageEvent(keyHash, { status: 'failure', model: '(none)', inputTokens: null, outputTokens: null }),
  )
  expect((await eventsOf(vaultId)).map(({ model, billableTokens }) => [model, billableTokens])).toEqual([
    ['gpt-4', 0n],
    ['gpt-4', 0n],
    ['unknown', 0n],
  ])
})

test('a user can store nothing', async () => {
  const asUser: ServiceContext = { ...ctx, actor: { kind: 'user', address: '0x01' } }
  await expect(ingestEvents(asUser, { road: 'plugin', items: [] })).rejects.toMatchObject({ code: 'not_permitted' })
})
