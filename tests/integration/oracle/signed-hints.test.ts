import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createIngestWriter } from '#services/metering/index.ts'
import { createOracleApp } from '#services/oracle/app.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { openDatabase } from '#services/platform/db/client.ts'
import { deadLetters, events, hintSignatures, outbox, polls } from '#services/platform/db/schema/index.ts'
import { createTestContext, TEST_SECRET, type TestContext } from '#tests/support/context.ts'
import { signedHeaders } from '#tests/support/oracle-process.ts'
import { giveKey, hashOf, usageEvent } from '#tests/support/usage-events.ts'

let opened: TestContext
let ctx: ServiceContext
let now = new Date('2026-11-20T12:00:00Z')
let keyHash: string
let closeOther: () => Promise<void>
type App = ReturnType<typeof createOracleApp>
/** Two processes on one database, each with its own connections. */
let apps: [App, App]
const vaultId = 424_965n

const appOf = (context: ServiceContext): App =>
  createOracleApp({ ctx: context, ingest: createIngestWriter(context), workers: () => [] })

beforeAll(async () => {
  opened = await createTestContext({ clock: () => now })
  ctx = opened.ctx
  const other = openDatabase({ ...ctx.env.database, onConnectionError: () => {} })
  closeOther = other.close
  apps = [appOf(ctx), appOf({ ...ctx, db: other.db })]
  keyHash = await giveKey(ctx, vaultId)
})
beforeEach(async () => {
  await ctx.db.delete(hintSignatures)
  await ctx.db.delete(polls)
  await ctx.db.delete(outbox)
  await ctx.db.delete(deadLetters)
})
afterAll(async () => {
  await closeOther?.()
  await opened?.[Symbol.asyncDispose]()
})

const send = async (app: App, body: string | Buffer, headers: Record<string, string>) =>
  app.request('/webhook/usage', {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : new Uint8Array(body),
  })
const small = JSON.stringify({ vault_id: vaultId.toString(), total_tokens: 1_500 })
const signed = (body: string | Buffer, at = now) => signedHeaders(body, TEST_SECRET, at)
const seconds = (count: number) => new Date(now.getTime() + count * 1_000)
const codeOf = async (response: Response) => ((await response.json()) as { error: { code: string } }).error.code

describe('a signed hint', () => {
  test('is taken like one with the secret, and makes no event', async () => {
    const response = await send(apps[0], small, signed(small))
    const { poll } = (await response.json()) as { poll: string }
    expect(response.status).toBe(202)
    expect(await ctx.db.select().from(polls)).toMatchObject([{ id: poll, status: 'pending', reason: 'webhook' }])
    expect(await ctx.db.$count(events)).toBe(0)
  })

  test('is refused the second time, by whichever process, and asks for no second poll', async () => {
    const headers = signed(small)
    expect((await send(apps[0], small, headers)).status).toBe(202)
    await ctx.db.delete(polls)
    for (const app of apps) {
      const again = await send(app, small, headers)
      expect([again.status, await codeOf(again)]).toEqual([409, 'signature_replayed'])
    }
    expect(await ctx.db.$count(polls)).toBe(0)
    now = seconds(1)
    expect((await send(apps[1], small, signed(small))).status).toBe(202)
  })

  test('would be taken again if each process had only its own memory: without the table it is', async () => {
    const headers = signed(small)
    expect((await send(apps[0], small, headers)).status).toBe(202)
    await ctx.db.delete(hintSignatures)
    expect((await send(apps[1], small, headers)).status).toBe(202)
  })

  test('sent forty times at once to two processes is taken once', async () => {
    const headers = signed(small)
    const statuses = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => (await send(apps[i % 2] ?? apps[0], small, headers)).status),
    )
    expect(statuses.toSorted()).toEqual([202, ...Array.from({ length: 39 }, () => 409)])
  })

  test('is refused the second time until its time is over, and then for that reason', async () => {
    const headers = signed(small)
    expect((await send(apps[0], small, headers)).status).toBe(202)
    const began = now
    now = seconds(300)
    expect((await send(apps[1], small, headers)).status).toBe(409)
    now = seconds(1)
    expect((await send(apps[1], small, headers)).status).toBe(401)
    now = began
  })

  test('from a clock that is ahead is remembered for as long as it is valid', async () => {
    const began = now
    const headers = signed(small, seconds(300))
    expect((await send(apps[0], small, headers)).status).toBe(202)
    now = seconds(600)
    // Another one makes the process forget what has expired.
    const other = JSON.stringify({ vault_id: '1' })
    await send(apps[0], other, signed(other))
    expect((await send(apps[1], small, headers)).status).toBe(409)
    now = began
  })

  test('that is not understood, or whose poll could not be written, may be sent again', async () => {
    const nonsense = '{"vault":1}'
    const headers = signed(nonsense)
    for (const app of apps) expect((await send(app, nonsense, headers)).status).toBe(400)
    expect(await ctx.db.$count(hintSignatures)).toBe(0)
  })

  test('is forgotten when it is no longer valid', async () => {
    const began = now
    for (let i = 0; i < 5; i += 1) {
      now = seconds(i)
      await send(apps[0], small, signed(small))
    }
    now = seconds(601)
    await send(apps[0], small, signed(small))
    expect(await ctx.db.$count(hintSignatures)).toBe(1)
    now = began
  })

  test('whose body, time, or secret is another is refused, and none of 200 mutations passes', async () => {
    const good = signed(small)
    expect((await send(apps[0], `${small} `, good)).status).toBe(401)
    expect((await send(apps[0], small, signedHeaders(small, 'another-secret-altogether', now))).status).toBe(401)
    for (const shift of [-301, 301])
      expect((await send(apps[0], small, signed(small, seconds(shift)))).status).toBe(401)
    const signature = good['x-flareflow-signature'] ?? ''
    for (let i = 0; i < 200; i += 1) {
      const bytes = Buffer.from(signature.slice(3), 'hex')
      const at = i % bytes.length
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (i % 8))
      const mutated = { ...good, 'x-flareflow-signature': `v1=${bytes.toString('hex')}` }
      expect((await send(apps[0], small, mutated)).status).toBe(401)
    }
    expect((await send(apps[0], small, good)).status).toBe(202)
  })
})

test('a signed delivery may be repeated: each of its events is stored once', async () => {
  const startedAt = now.toISOString()
  const calls = [usageEvent(keyHash, { startedAt }), usageEvent(keyHash, { startedAt })]
  const body = JSON.stringify({ source: 'flareflow-meter', version: 1, events: calls })
  const headers = signed(body)
  expect(await (await send(apps[0], body, headers)).json()).toMatchObject({ stored: 2, duplicates: 0 })
  for (const app of apps) expect(await (await send(app, body, headers)).json()).toMatchObject({ duplicates: 2 })
  expect(await ctx.db.$count(events)).toBe(2)
})

test('a sender learns which of its keys nobody could be billed for', async () => {
  const stranger = hashOf('a stranger')
  const ask = (keys: unknown) => JSON.stringify({ source: 'flareflow-meter', version: 1, events: [], keys })
  const body = ask([keyHash, stranger])
  const answer = await send(apps[0], body, signed(body))
  expect([answer.status, await answer.json()]).toMatchObject([200, { unknownKeys: [stranger] }])
  const wrong = ask(['sk-not-a-hash'])
  expect((await send(apps[0], wrong, signed(wrong))).status).toBe(400)
})

describe("LiteLLM's own callback", () => {
  const planted = `planted-${randomBytes(6).toString('hex')}`
  const entry = (hash: string) => ({
    id: 'chatcmpl-1',
    litellm_call_id: 'call-1',
    call_type: 'acompletion',
    prompt_tokens: 16,
    metadata: { user_api_key_hash: hash, user_api_key_alias: 'a' },
    messages: [{ role: 'user', content: planted }],
    response: { choices: [{ message: { content: planted } }] },
  })
  const bearer = { 'content-type': 'application/json', authorization: `Bearer ${TEST_SECRET}` }
  const array = JSON.stringify([entry(hashOf('x')), entry(hashOf('y')), entry('KEY')])

  test.each<[string, (text: string) => string]>([
    ['json_array', (text) => text],
    ['ndjson', (text) => (JSON.parse(text) as unknown[]).map((each) => JSON.stringify(each)).join('\n')],
    ['single', (text) => JSON.stringify((JSON.parse(text) as unknown[])[2])],
  ])('as %s, plain and as gzip, starts a poll and keeps no text', async (_name, form) => {
    const body = form(array.replace('KEY', keyHash))
    const packed = gzipSync(body)
    const polled = []
    for (const [sent, more] of [
      [body, {}],
      [packed, { 'content-encoding': 'gzip' }],
    ] as const) {
      const response = await send(apps[0], sent, { ...bearer, ...more })
      expect(response.status).toBe(202)
      polled.push(((await response.json()) as { polls: string[] }).polls)
    }
    const [poll] = await ctx.db.select().from(polls)
    expect(poll).toMatchObject({ vaultId, reason: 'generic_api' })
    expect(polled).toEqual([[poll?.id], [poll?.id]])
    const kept = await ctx.db.select({ payload: deadLetters.payload, detail: deadLetters.detail }).from(deadLetters)
    expect(JSON.stringify(kept)).not.toContain(planted)
    expect(await ctx.db.$count(events)).toBe(2)
  })

  test('a hint with characters that no database takes is kept all the same', async () => {
    const body = `{"vault_id":"77","models":{"a\\u0000b\\ud800":1},"messages":"${planted}"}`
    const response = await send(apps[0], body, bearer)
    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({ poll: null, deadLetters: [expect.any(String)] })
    const [kept] = await ctx.db.select().from(deadLetters).where(eq(deadLetters.reason, 'unknown_vault'))
    expect(kept?.payload).toEqual({ vault_id: '77', models: { 'a\uFFFDb\uFFFD': 1 } })
    const keys = '[{"metadata":{"user_api_key_hash":"a\\u0000b"}}]'
    expect((await send(apps[0], keys, bearer)).status).toBe(202)
  })
})
