import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createLitellmClient } from '#services/clients/litellm/index.ts'
import { getMeteringState, pollDueKeys } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { apiKeys, events, watermarks } from '#services/platform/db/schema/index.ts'
import { type BooksServer, startBooksServer } from '#tests/support/books-server.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { giveKey } from '#tests/support/usage-events.ts'

const MINUTE = 60_000
const INTERVAL = 5 * MINUTE
const start = new Date('2026-11-10T00:00:00Z')
const KEYS = 12

let opened: TestContext
let ctx: ServiceContext
let books: BooksServer
let now = start
let vaults: { vaultId: bigint; keyHash: string }[]

beforeAll(async () => {
  const variables = { POLL_INTERVAL: String(INTERVAL), POLL_LAG: String(MINUTE), BATCH_SIZE: '3' }
  opened = await createTestContext({ clock: () => now, variables })
  books = await startBooksServer({ now: () => now, pageSize: 100 })
  ctx = { ...opened.ctx, litellm: createLitellmClient({ url: books.url, masterKey: 'sk-none' }) }
})
beforeEach(async () => {
  now = start
  books.calls.length = 0
  await ctx.db.delete(watermarks)
  await ctx.db.delete(apiKeys)
  vaults = []
  for (let i = 0; i < KEYS; i += 1) {
    const vaultId = BigInt(await ctx.db.$count(events)) * 100n + BigInt(i + 1)
    vaults.push({ vaultId, keyHash: await giveKey(ctx, vaultId) })
  }
  await ctx.db.update(apiKeys).set({ createdAt: start })
  now = new Date(start.getTime() + 10 * MINUTE)
})
afterAll(async () => {
  await books.close()
  await opened[Symbol.asyncDispose]()
})

const total = (runs: { keys: number }[]) => runs.reduce((sum, { keys }) => sum + keys, 0)

test('four pollers at once read each key once; all keys are read', async () => {
  const asked = books.asked()
  const runs = await Promise.all(Array.from({ length: 4 }, () => pollDueKeys(ctx)))
  expect(total(runs)).toBe(KEYS)
  expect(books.asked() - asked).toBe(KEYS)
  expect(await getMeteringState(ctx)).toMatchObject({ keys: KEYS, pollLagMs: 0 })
})

test("a key's turn comes again after half an interval, not before", async () => {
  await pollDueKeys(ctx)
  now = new Date(now.getTime() + INTERVAL / 2 - 1)
  expect(await pollDueKeys(ctx)).toMatchObject({ keys: 0 })
  now = new Date(now.getTime() + 1)
  expect(await pollDueKeys(ctx)).toMatchObject({ keys: KEYS })
})

test('a key that failed is tried again at the next round', async () => {
  books.faults.push('status 500')
  expect(await pollDueKeys(ctx)).toMatchObject({ keys: KEYS, failed: 1 })
  expect(await getMeteringState(ctx)).toMatchObject({ pollLagMs: 10 * MINUTE })
  expect(await pollDueKeys(ctx)).toMatchObject({ keys: 1, failed: 0 })
})

test('keys of a poller that died are read by another when its claim has ended', async () => {
  const never = new Promise<never>(() => {})
  const dead = { ...ctx, litellm: { ...ctx.litellm, spendLogs: () => never } }
  void pollDueKeys(dead)
  await expect.poll(() => ctx.db.$count(watermarks)).toBe(3)
  expect(await pollDueKeys(ctx)).toMatchObject({ keys: KEYS - 3 })
  now = new Date(now.getTime() + 2 * MINUTE + 1)
  expect(await pollDueKeys(ctx)).toMatchObject({ keys: 3 })
  expect((await getMeteringState(ctx)).pollLagMs).toBe(2 * MINUTE + 1)
})

test('one that was only asleep moves nothing back when it wakes', async () => {
  const [vault] = vaults
  if (!vault) throw new Error('There is a vault.')
  const early = { requestId: 'early', keyHash: vault.keyHash, startedAt: start, visibleAt: start, tokens: 5 }
  books.calls.push(early)
  let wake: () => void = () => {}
  const asleep = new Promise<void>((resolve) => (wake = resolve))
  const sleeper = {
    ...ctx,
    clock: () => start,
    litellm: { ...ctx.litellm, spendLogs: (query: never) => asleep.then(() => ctx.litellm.spendLogs(query)) },
  }
  const late = pollDueKeys(sleeper)
  await expect.poll(() => ctx.db.$count(watermarks)).toBe(3)
  now = new Date(start.getTime() + 60 * MINUTE)
  await pollDueKeys(ctx)
  const positionOf = async () =>
    (
      await ctx.db
        .select()
        .from(watermarks)
        .where(eq(watermarks.name, `spend-logs:${vault.keyHash}`))
    )[0]
  const before = await positionOf()
  wake()
  await late
  expect(await positionOf()).toEqual(before)
  expect(await ctx.db.$count(events, eq(events.vaultId, vault.vaultId))).toBe(1)
})
