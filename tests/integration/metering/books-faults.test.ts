import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createLitellmClient } from '#services/clients/litellm/index.ts'
import { pollSpendLogs } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { apiKeys, deadLetters, events } from '#services/platform/db/schema/index.ts'
import { type BooksServer, type Row, startBooksServer } from '#tests/support/books-server.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { giveKey } from '#tests/support/usage-events.ts'

const MINUTE = 60_000
const PAGE = 4
const ROWS = 9
const start = new Date('2026-11-10T00:00:00Z')

let opened: TestContext
let ctx: ServiceContext
let books: BooksServer
let now = start
let nextVault = 1n

beforeAll(async () => {
  opened = await createTestContext({ clock: () => now, variables: { POLL_LAG: String(15 * MINUTE) } })
  books = await startBooksServer({ now: () => now, pageSize: PAGE })
  // A LiteLLM that hangs is given up soon, so that the tests needn't wait.
  const litellm = createLitellmClient({ url: books.url, masterKey: 'sk-none', timeoutMs: 400 })
  ctx = { ...opened.ctx, litellm }
})
beforeEach(async () => {
  now = start
  books.calls.length = 0
  books.faults.length = 0
  books.rewrite = (row) => row
  await ctx.db.delete(apiKeys)
  await ctx.db.delete(deadLetters)
})
afterAll(async () => {
  await books.close()
  await opened[Symbol.asyncDispose]()
})

/** A vault with calls in LiteLLM's books, an hour ago. */
async function bookedVault(): Promise<{ vaultId: bigint; keyHash: string }> {
  const vaultId = nextVault++
  const keyHash = await giveKey(ctx, vaultId)
  await ctx.db.update(apiKeys).set({ createdAt: start }).where(eq(apiKeys.keyHash, keyHash))
  for (let i = 0; i < ROWS; i += 1) {
    const startedAt = new Date(start.getTime() + i * 1_000)
    books.calls.push({ requestId: `${vaultId}-${i}`, keyHash, startedAt, visibleAt: startedAt, tokens: i + 1 })
  }
  now = new Date(start.getTime() + 60 * MINUTE)
  return { vaultId, keyHash }
}
const storedOf = (vaultId: bigint) =>
  ctx.db
    .select({ id: events.id, tokens: events.billableTokens, cost: events.litellmCostUsd, startedAt: events.startedAt })
    .from(events)
    .where(eq(events.vaultId, vaultId))
    .orderBy(events.startedAt)
const expected = (vaultId: bigint, without: readonly number[] = []) =>
  Array.from({ length: ROWS }, (_, i) => ({ id: `slog:${vaultId}-${i}`, tokens: BigInt(i + 2) })).filter(
    (_, i) => !without.includes(i),
  )

const json = { 'content-type': 'application/json' }
const answer =
  (status: number, body: string, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, { ...json, ...headers }).end(body)

type Spoil = (response: ServerResponse, body: string) => void

/** What a whole answer can be instead of a page of the books. */
const brokenAnswers: Record<string, Spoil> = {
  'hangs up before it answers': (response) => void response.destroy(),
  'hangs up after its headers': (response) => {
    response.writeHead(200, json).flushHeaders()
    response.destroy()
  },
  'answers half of it, then hangs up': (response, body) => {
    response.writeHead(200, { ...json, 'content-length': body.length })
    response.write(body.slice(0, body.length / 2))
    response.destroy()
  },
  'answers half of it as if it were all': (response, body) =>
    answer(200, body.slice(0, Math.floor(body.length / 2)))(response),
  'hangs without an answer': () => {},
  'hangs in the middle of an answer': (response, body) => void response.writeHead(200, json).write(body.slice(0, 40)),
  'trickles for ever': (response) => {
    response.writeHead(200, json).write(' ')
    const timer = setInterval(() => response.write(' '), 50)
    response.on('close', () => clearInterval(timer))
  },
  'status 500': answer(500, '{"error":{"message":"boom","type":"server"}}'),
  'status 502 in HTML': answer(502, '<html>Bad gateway</html>', { 'content-type': 'text/html' }),
  'status 503 and nothing else': answer(503, ''),
  'status 429': answer(429, '{"error":{"message":"slow down","type":"rate"}}', { 'retry-after': '1' }),
  'status 401': answer(401, '{"error":{"message":"key","type":"auth"}}'),
  'status 403': answer(403, '{"detail":"no"}'),
  'status 404': answer(404, '{"detail":"Not Found"}'),
  'status 302 to elsewhere': answer(302, '', { location: 'http://127.0.0.1:9/' }),
  'status 204': answer(204, ''),
  'HTML with status 200': answer(200, '<html>Log in</html>', { 'content-type': 'text/html' }),
  'an empty text': answer(200, ''),
  null: answer(200, 'null'),
  'a list': answer(200, '[]'),
  'another shape': answer(200, '{"rows":[],"count":0}'),
  'a count in words': answer(200, '{"data":[],"total":"many","page":1,"total_pages":1}'),
  'gzip that is none': answer(200, 'not gzip', { 'content-encoding': 'gzip' }),
  'gzip that is cut': (response, body) =>
    void response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync(body).subarray(0, 60)),
}

describe('a LiteLLM that is down, slow or broken loses nothing and stores nothing wrong', () => {
  test.each(Object.entries(brokenAnswers))('%s', async (_name, spoil) => {
    const { vaultId } = await bookedVault()
    for (const at of [1, 2, 3]) {
      books.spoil = (response, body, count) => (count === at ? spoil(response, body) : false)
      expect(await pollSpendLogs(ctx)).toMatchObject({ failed: 1 })
    }
    books.spoil = null
    expect(await pollSpendLogs(ctx)).toMatchObject({ failed: 0 })
    expect(await storedOf(vaultId)).toMatchObject(expected(vaultId))
    expect(await ctx.db.$count(deadLetters)).toBe(0)
  })
})

/** What one row can be instead; all others of the page are as they should be. */
const quarantined: Record<string, (row: Row) => unknown> = {
  'is null': () => null,
  'is a text': () => 'row',
  'has a negative count': (row) => ({
    ...row,
    metadata: { usage_object: { prompt_tokens: -4, completion_tokens: 1 } },
  }),
  'has half a token': (row) => ({ ...row, metadata: { usage_object: { prompt_tokens: 1.5, completion_tokens: 1 } } }),
  'has more tokens than there are': (row) => ({ ...row, metadata: null, prompt_tokens: 1e308 }),
  'has its count as a text': (row) => ({ ...row, metadata: { usage_object: { prompt_tokens: '4' } } }),
  'lost its time': (row) => ({ ...row, startTime: undefined }),
  'has a time that is none': (row) => ({ ...row, startTime: 'yesterday' }),
  'has null for a time': (row) => ({ ...row, startTime: null }),
  'lost its name': (row) => ({ ...row, request_id: undefined }),
  'is called otherwise': ({ request_id: id, ...row }) => ({ ...row, requestId: id }),
  'lost its key': (row) => ({ ...row, api_key: undefined }),
  'has no counts at all': (row) => ({ ...row, metadata: { usage_object: {} }, prompt_tokens: 0, completion_tokens: 0 }),
  'starts in a year to come': (row) => ({ ...row, startTime: '2031-01-01T00:00:00Z' }),
  'has a model that is no name': (row) => ({ ...row, model_group: 'gpt 4; drop table' }),
}

describe('one row that makes no sense is kept with the reason, and spoils no other', () => {
  test.each(Object.entries(quarantined))('a row that %s', async (_name, spoil) => {
    const { vaultId } = await bookedVault()
    books.rewrite = (row) => (row.request_id === `${vaultId}-5` ? spoil(row) : row)
    expect(await pollSpendLogs(ctx)).toMatchObject({ failed: 0 })
    await pollSpendLogs(ctx)
    expect(await storedOf(vaultId)).toMatchObject(expected(vaultId, [5]))
    const [letter, ...others] = await ctx.db.select().from(deadLetters)
    expect(others).toEqual([])
    expect(letter?.reason).toMatch(/^(invalid_event|missing_usage|starts_in_future|invalid_model_name)$/)
    expect(letter?.reason === 'invalid_event' ? letter.detail : letter?.reason).toMatch(/\S/)
  })
})

/** What doesn't matter to a bill. */
const harmless: Record<string, (row: Row) => unknown> = {
  'a cost that is null': (row) => ({ ...row, spend: null }),
  'a negative cost': (row) => ({ ...row, spend: -3 }),
  'a cost of 1e308': (row) => ({ ...row, spend: 1e308 }),
  'a cost as a text': (row) => ({ ...row, spend: '0.1' }),
  'metadata as a text': (row) => ({ ...row, metadata: JSON.stringify(row.metadata) }),
  'metadata as a text that is no JSON': (row) => ({ ...row, metadata: '{"usage_object"' }),
  'metadata as a list': (row) => ({ ...row, metadata: [row.metadata] }),
  'no metadata': (row) => ({ ...row, metadata: undefined }),
  'usage as a text': (row) => ({ ...row, metadata: { usage_object: JSON.stringify(row.metadata?.['usage_object']) } }),
  "the newer names of the model's usage": (row) => ({
    ...row,
    metadata: { usage_object: { input_tokens: row.prompt_tokens, output_tokens: 1 } },
  }),
  'notes as a list': (row) => ({ ...row, metadata: { ...row.metadata, spend_logs_metadata: ['feature'] } }),
  'notes that name an odd id': (row) => ({
    ...row,
    metadata: { ...row.metadata, spend_logs_metadata: { flareflow_event: 7 } },
  }),
  'cached tokens below zero': (row) => ({
    ...row,
    metadata: { usage_object: { prompt_tokens: row.prompt_tokens, completion_tokens: 1, cache_read_input_tokens: -1 } },
  }),
  'tags as a text': (row) => ({ ...row, request_tags: '["feature:search"]' }),
  'tags that are numbers': (row) => ({ ...row, request_tags: [1, null] }),
  'an end user that is an object': (row) => ({ ...row, end_user: { id: 1 } }),
  'further fields': (row) => ({ ...row, messages: 'x'.repeat(10_000), brand_new: { a: [1] } }),
  'a time without a zone': (row) => ({ ...row, startTime: String(row.startTime).replace('T', ' ').replace('Z', '') }),
}

describe('what a bill does not rest on may be anything', () => {
  test.each(Object.entries(harmless))('%s', async (_name, change) => {
    const { vaultId } = await bookedVault()
    books.rewrite = change
    expect(await pollSpendLogs(ctx)).toMatchObject({ failed: 0, stored: ROWS })
    const stored = await storedOf(vaultId)
    expect(stored).toMatchObject(expected(vaultId))
    expect(stored[0]?.startedAt).toEqual(start)
    for (const { cost } of stored) expect(cost === null || (Number(cost) >= 0 && Number(cost) < 1)).toBe(true)
    expect(await ctx.db.$count(deadLetters)).toBe(0)
  })

  test('a cost that is not a number, as Python writes it', async () => {
    const { vaultId } = await bookedVault()
    books.spoil = (response, body) => answer(200, body.replaceAll(/"spend":[\d.]+/g, '"spend":NaN'))(response)
    expect(await pollSpendLogs(ctx)).toMatchObject({ failed: 0, stored: ROWS })
    books.spoil = null
    expect(await storedOf(vaultId)).toMatchObject(expected(vaultId).map((event) => ({ ...event, cost: null })))
  })
})

describe('pages that lie', () => {
  test.each<[string, (page: Record<string, unknown>) => Record<string, unknown>]>([
    ['more pages than there are', (page) => ({ ...page, total_pages: 1_000_000_000 })],
    ['rows in another order', (page) => ({ ...page, data: (page['data'] as unknown[]).toReversed() })],
    ['every row twice', (page) => ({ ...page, data: (page['data'] as unknown[]).flatMap((row) => [row, row]) })],
    ['a total that is wrong', (page) => ({ ...page, total: 0 })],
  ])('%s', async (_name, lie) => {
    const { vaultId } = await bookedVault()
    books.rewritePage = lie
    expect(await pollSpendLogs(ctx)).toMatchObject({ failed: 0, stored: ROWS })
    books.rewritePage = (page) => page
    expect(await storedOf(vaultId)).toMatchObject(expected(vaultId))
  })

  test("rows of another customer's key are nobody's here", async () => {
    const [mine, other] = [await bookedVault(), await bookedVault()]
    books.rewrite = (row) => ({ ...row, api_key: other.keyHash })
    await pollSpendLogs(ctx)
    expect(await storedOf(mine.vaultId)).toEqual([])
    expect(await storedOf(other.vaultId)).toMatchObject(expected(other.vaultId))
  })
})

test('a row that says otherwise when it is read again is billed as it was first, and shown as differing', async () => {
  const { vaultId } = await bookedVault()
  now = new Date(start.getTime() + MINUTE)
  await pollSpendLogs(ctx)
  books.rewrite = (row) =>
    row.request_id === `${vaultId}-2`
      ? { ...row, metadata: { usage_object: { prompt_tokens: 900, completion_tokens: 1 } } }
      : row
  await pollSpendLogs(ctx)
  expect(await storedOf(vaultId)).toMatchObject(expected(vaultId))
  expect(await ctx.db.select().from(deadLetters)).toMatchObject([{ reason: 'counts_differ' }])
})

test('a poller that believed a broken page would lose calls: reading on after one shows it', async () => {
  const { vaultId } = await bookedVault()
  const gullible: ServiceContext = {
    ...ctx,
    litellm: {
      ...ctx.litellm,
      spendLogs: (query) =>
        ctx.litellm
          .spendLogs(query)
          .catch(() => ({ logs: [], unreadable: [], page: query.page ?? 1, totalPages: 1, total: 0 })),
    },
  }
  books.spoil = (response) => answer(500, '')(response)
  await pollSpendLogs(gullible)
  books.spoil = null
  now = new Date(now.getTime() + 60 * MINUTE)
  await pollSpendLogs(ctx)
  expect(await storedOf(vaultId)).toEqual([])
})
