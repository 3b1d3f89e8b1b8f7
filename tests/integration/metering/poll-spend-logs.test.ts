import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createLitellmClient } from '#services/clients/litellm/index.ts'
import { pollHandler, pollSpendLogs, requestPoll, rereadFrom } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { apiKeys, deadLetters, events, polls, watermarks } from '#services/platform/db/schema/index.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { type BookedCall, type BooksServer, type Fault, startBooksServer } from '#tests/support/books-server.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { giveKey } from '#tests/support/usage-events.ts'

const MINUTE = 60_000
const LAG = 15 * MINUTE
const start = new Date('2026-11-10T00:00:00Z')
const rounds = process.env['TEST_LONG'] ? 2_000 : 60
const PAGE = 7

let opened: TestContext
let ctx: ServiceContext
let books: BooksServer
let now = start
let nextVault = 1n

beforeAll(async () => {
  opened = await createTestContext({ clock: () => now, variables: { POLL_LAG: String(LAG), BATCH_SIZE: '2' } })
  books = await startBooksServer({ now: () => now, pageSize: PAGE })
  ctx = { ...opened.ctx, litellm: createLitellmClient({ url: books.url, masterKey: 'sk-none' }) }
})
beforeEach(async () => {
  now = start
  books.calls.length = 0
  books.faults.length = 0
  await ctx.db.delete(apiKeys)
})
afterAll(async () => {
  await books.close()
  await opened[Symbol.asyncDispose]()
})

async function newKey(): Promise<{ vaultId: bigint; keyHash: string }> {
  const vaultId = nextVault++
  const keyHash = await giveKey(ctx, vaultId)
  await ctx.db.update(apiKeys).set({ createdAt: start }).where(eq(apiKeys.keyHash, keyHash))
  return { vaultId, keyHash }
}
const pass = (ms: number) => void (now = new Date(now.getTime() + ms))
const storedOf = async (vaultId: bigint) =>
  (await ctx.db.select({ id: events.id }).from(events).where(eq(events.vaultId, vaultId)))
    .map(({ id }) => id)
    .toSorted()

/** Numbers that look random and are the same in every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * sides)
  }
}

let nextCall = 0
function book(keyHash: string, startedAt: Date, lateMs = 0): BookedCall {
  nextCall += 1
  const visibleAt = new Date(startedAt.getTime() + lateMs)
  const call = { requestId: `chatcmpl-${nextCall}`, keyHash, startedAt, visibleAt, tokens: nextCall }
  books.calls.push(call)
  return call
}

const FAULTS: readonly Fault[] = ['hang up', 'status 500', 'half an answer', 'no JSON', 'wrong shape']

test('rows up to the lag late, on small pages, with a LiteLLM that fails: each is stored once', async () => {
  const roll = dice(20_261_121)
  const keys = [await newKey(), await newKey(), await newKey()]
  for (let round = 0; round < rounds; round += 1) {
    for (let i = roll(12); i > 0; i -= 1) {
      const { keyHash } = keys[roll(3)] ?? { keyHash: '' }
      book(keyHash, new Date(now.getTime() + roll(4 * MINUTE)), roll(LAG - 5 * MINUTE))
    }
    pass(roll(4) === 0 ? roll(30 * MINUTE) : roll(4 * MINUTE))
    if (roll(5) === 0) books.faults.push(...FAULTS.slice(roll(FAULTS.length)))
    await pollSpendLogs(ctx)
  }
  books.faults.length = 0
  pass(LAG)
  await pollSpendLogs(ctx)
  for (const { vaultId, keyHash } of keys) {
    const booked = books.calls.filter((call) => call.keyHash === keyHash).map(({ requestId }) => `slog:${requestId}`)
    expect(booked.length).toBeGreaterThan(rounds)
    expect(await storedOf(vaultId)).toEqual(booked.toSorted())
  }
  expect(await ctx.db.$count(deadLetters)).toBe(0)
})

test('without the trailing watermark late rows would be lost: a lag of 0 shows it', async () => {
  const impatient: ServiceContext = { ...ctx, env: { ...ctx.env, oracle: { ...ctx.env.oracle, pollLagMs: 0 } } }
  const { vaultId, keyHash } = await newKey()
  book(keyHash, new Date(now.getTime() + MINUTE), 10 * MINUTE)
  pass(5 * MINUTE)
  await pollSpendLogs(impatient)
  pass(30 * MINUTE)
  await pollSpendLogs(impatient)
  expect(await storedOf(vaultId)).toEqual([])
})

test('after two days of rest it catches up in windows, and resumes at the last one that it read', async () => {
  const { vaultId, keyHash } = await newKey()
  for (let hour = 0; hour < 48; hour += 1) book(keyHash, new Date(start.getTime() + hour * 60 * MINUTE + 1))
  pass(48 * 60 * MINUTE)
  const half = books.calls.length / 2
  const asked = books.asked()
  const failAt = asked + 6
  const failing: ServiceContext = {
    ...ctx,
    litellm: {
      ...ctx.litellm,
      spendLogs: (query) => {
        if (books.asked() >= failAt) books.faults.push('status 500')
        return ctx.litellm.spendLogs(query)
      },
    },
  }
  expect(await pollSpendLogs(failing)).toMatchObject({ failed: 1 })
  const before = (await storedOf(vaultId)).length
  expect(before).toBeGreaterThan(0)
  expect(before).toBeLessThan(half * 2)
  const [mark] = await ctx.db
    .select()
    .from(watermarks)
    .where(eq(watermarks.name, `spend-logs:${keyHash}`))
  expect(mark?.position.getTime()).toBeGreaterThan(start.getTime())
  books.faults.length = 0
  const resumed = await pollSpendLogs(ctx)
  expect(resumed.found).toBeLessThan(books.calls.length)
  expect(await storedOf(vaultId)).toHaveLength(48)
})

test('a gap behind the watermark is filled by reading again from a day on, and nothing is stored twice', async () => {
  const { vaultId, keyHash } = await newKey()
  book(keyHash, start)
  pass(72 * 60 * MINUTE)
  await pollSpendLogs(ctx)
  // LiteLLM was restored, or wrote this row a day late.
  book(keyHash, new Date(start.getTime() + 60 * MINUTE))
  expect(await pollSpendLogs(ctx)).toMatchObject({ stored: 0 })
  await rereadFrom(ctx, '2026-11-10')
  expect(await pollSpendLogs(ctx)).toMatchObject({ found: 2, stored: 1 })
  expect(await storedOf(vaultId)).toHaveLength(2)
  await expect(rereadFrom(ctx, 'yesterday')).rejects.toMatchObject({ code: 'invalid_request' })
})

test('more rows than LiteLLM counts are read in halves', async () => {
  const { vaultId, keyHash } = await newKey()
  for (let i = 0; i < 20 * PAGE; i += 1) book(keyHash, new Date(start.getTime() + i * MINUTE))
  pass(20 * PAGE * MINUTE)
  await pollSpendLogs(ctx)
  expect(await storedOf(vaultId)).toHaveLength(20 * PAGE)
})

test('a key that was deleted is read for a day more, then no longer', async () => {
  const { vaultId, keyHash } = await newKey()
  book(keyHash, start)
  await ctx.db.update(apiKeys).set({ status: 'deleted', updatedAt: start }).where(eq(apiKeys.keyHash, keyHash))
  pass(60 * MINUTE)
  expect(await pollSpendLogs(ctx)).toMatchObject({ keys: 1, stored: 1 })
  pass(48 * 60 * MINUTE)
  expect(await pollSpendLogs(ctx)).toMatchObject({ keys: 0 })
  expect(await storedOf(vaultId)).toHaveLength(1)
})

test('one key that fails delays no other', async () => {
  const keys = [await newKey(), await newKey(), await newKey()]
  for (const { keyHash } of keys) book(keyHash, new Date(start.getTime() + 1))
  pass(MINUTE)
  books.faults.push('status 500')
  expect(await pollSpendLogs(ctx)).toMatchObject({ keys: 3, failed: 1, stored: 2 })
})

test('a poll that was asked for before its row is there looks again, and then is done', async () => {
  const { vaultId, keyHash } = await newKey()
  book(keyHash, start, 6_000)
  const requested = await requestPoll(ctx, { vaultId, reason: 'request', payload: null })
  const pollOf = async () => (await ctx.db.select().from(polls).where(eq(polls.vaultId, vaultId)))[0]
  await dispatchOutbox(ctx, pollHandler)
  expect(await pollOf()).toMatchObject({ status: 'running', found: 0 })
  pass(8_000)
  await dispatchOutbox(ctx, pollHandler)
  expect(await pollOf()).toMatchObject({ id: requested.ok ? requested.pollId : '', status: 'done', found: 1 })
  expect(await storedOf(vaultId)).toHaveLength(1)
})
