import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { projectRoot } from '#services/local/home.ts'
import { createIngestWriter } from '#services/metering/index.ts'
import { createOracleApp } from '#services/oracle/app.ts'
import { isSameSecret } from '#services/oracle/authenticate.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { deadLetters, events, outbox, polls } from '#services/platform/db/schema/index.ts'
import { createTestContext, TEST_SECRET, type TestContext } from '#tests/support/context.ts'
import { signedHeaders } from '#tests/support/oracle-process.ts'
import { giveKey, hashOf, usageEvent } from '#tests/support/usage-events.ts'

let opened: TestContext
let ctx: ServiceContext
let app: ReturnType<typeof createOracleApp>
let keyHash: string
const vaultId = 424_965n

beforeAll(async () => {
  opened = await createTestContext()
  ctx = opened.ctx
  app = createOracleApp({ ctx, ingest: createIngestWriter(ctx), workers: () => [] })
  keyHash = await giveKey(ctx, vaultId)
})
afterAll(() => opened[Symbol.asyncDispose]())

const post = async (body: string | Buffer, headers: Record<string, string>, path = '/webhook/usage') =>
  app.request(path, { method: 'POST', headers, body: typeof body === 'string' ? body : new Uint8Array(body) })
const deliveryOf = (...calls: unknown[]) => JSON.stringify({ source: 'flareflow-meter', version: 1, events: calls })
const json = { 'content-type': 'application/json' }
const bearer = { ...json, authorization: `Bearer ${TEST_SECRET}` }
const codeOf = async (response: Response) => ((await response.json()) as { error: { code: string } }).error.code
const countEvents = () => ctx.db.$count(events)

describe('the plug-in delivers', () => {
  test('signed events, which are stored before the answer; again they are duplicates', async () => {
    const body = deliveryOf(usageEvent(keyHash), usageEvent(keyHash), { nothing: 'like an event' })
    const first = await post(body, signedHeaders(body))
    expect(first.status).toBe(200)
    expect(await first.json()).toEqual({ stored: 2, duplicates: 0, rejected: [{ index: 2, reason: 'invalid_event' }] })
    const second = await post(body, signedHeaders(body))
    expect(await second.json()).toMatchObject({ stored: 0, duplicates: 2 })
  })

  test('gzip, signed over the bytes that were sent', async () => {
    const packed = gzipSync(deliveryOf(usageEvent(keyHash)))
    const response = await post(packed, { ...signedHeaders(packed), 'content-encoding': 'gzip' })
    expect(await response.json()).toMatchObject({ stored: 1 })
  })

  test('many at once: each is told its own counts', async () => {
    const known = usageEvent(keyHash)
    const bodies = Array.from({ length: 60 }, (_, i) =>
      deliveryOf(...Array.from({ length: i % 4 }, () => usageEvent(keyHash)), known, i % 7 ? known : 'bad'),
    )
    const answers = await Promise.all(
      bodies.map(async (body) => (await post(body, signedHeaders(body))).json() as Promise<Record<string, unknown>>),
    )
    let firsts = 0
    answers.forEach(({ stored, duplicates, rejected }, i) => {
      const bad = i % 7 ? [] : [{ index: (i % 4) + 1, reason: 'invalid_event' }]
      expect(rejected).toEqual(bad)
      const isFirst = Number(stored) - (i % 4)
      firsts += isFirst
      expect(Number(duplicates)).toBe((i % 7 ? 2 : 1) - isFirst)
    })
    expect(firsts).toBe(1)
  })

  test.each([
    ['older than the window', -301],
    ['from the future', 301],
  ])('a signature %s is refused', async (_, seconds) => {
    const body = deliveryOf(usageEvent(keyHash))
    const before = await countEvents()
    const response = await post(body, signedHeaders(body, TEST_SECRET, new Date(Date.now() + seconds * 1000)))
    expect([response.status, await codeOf(response)]).toEqual([401, 'signature_invalid'])
    expect(await countEvents()).toBe(before)
  })

  test('another secret, another body, a malformed or missing timestamp: 401', async () => {
    const body = deliveryOf(usageEvent(keyHash))
    const good = signedHeaders(body)
    const before = await countEvents()
    for (const headers of [
      signedHeaders(body, 'another-secret-altogether'),
      signedHeaders(`${body} `),
      { ...good, 'x-flareflow-timestamp': `${good['x-flareflow-timestamp']}.0` },
      { ...good, 'x-flareflow-timestamp': String(Number(good['x-flareflow-timestamp']) + 1) },
      { ...good, 'x-flareflow-timestamp': '' },
      { ...good, 'x-flareflow-signature': good['x-flareflow-signature']?.slice(0, -1) ?? '' },
      { ...good, 'x-flareflow-signature': '' },
      { ...json, 'x-flareflow-signature': 'v1=' },
    ]) {
      expect((await post(body, headers)).status).toBe(401)
    }
    expect(await countEvents()).toBe(before)
  })

  test('none of 300 mutated signatures passes', async () => {
    const body = deliveryOf()
    const good = signedHeaders(body)
    const signature = good['x-flareflow-signature'] ?? ''
    for (let i = 0; i < 300; i += 1) {
      const at = 3 + (i % 64)
      const digit = ((Number.parseInt(signature[at] ?? '0', 16) + 1 + (i % 15)) % 16).toString(16)
      const mutated = signature.slice(0, at) + digit + signature.slice(at + 1)
      if (mutated === signature) continue
      const response = await post(body, { ...good, 'x-flareflow-signature': mutated })
      expect(response.status).toBe(401)
    }
    expect((await post(body, good)).status).toBe(200)
  })
})

describe('a hint with the secret', () => {
  const small = (id: string | number) => JSON.stringify({ vault_id: id, total_tokens: 1_500, cost_estimate: 0.03 })
  const pollsOf = (vault: bigint) => ctx.db.select().from(polls).where(eq(polls.vaultId, vault))

  test('starts one poll of the vault and makes no event', async () => {
    const before = await countEvents()
    const response = await post(small('424965'), { ...json, 'x-webhook-secret': TEST_SECRET })
    const { poll } = (await response.json()) as { poll: string }
    expect(response.status).toBe(202)
    expect(await (await post(small(424965), bearer)).json()).toMatchObject({ poll, polls: [poll], deadLetters: [] })
    expect(await pollsOf(vaultId)).toMatchObject([{ id: poll, status: 'pending', reason: 'webhook' }])
    expect(await ctx.db.select().from(outbox)).toMatchObject([{ kind: 'metering.poll', payload: { pollId: poll } }])
    expect(await countEvents()).toBe(before)
    const shown = await app.request(`/polls/${poll}`, { headers: bearer })
    expect(await shown.json()).toEqual({ id: poll, status: 'pending', found: null })
  })

  test("as the README's curl sends it is answered as the README says", async () => {
    const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8')
    const [, line = ''] = /curl -X POST http:\/\/localhost:3001(\/webhook\/usage[\s\S]*?)```/.exec(readme) ?? []
    const [, body = ''] = /-d '(\{.*\})'/.exec(line) ?? []
    const refused = await post(body, json)
    expect([refused.status, await codeOf(refused)]).toEqual([401, 'signature_invalid'])
    const before = await countEvents()
    const taken = await post(body, { ...json, 'x-webhook-secret': TEST_SECRET })
    expect([taken.status, await taken.json()]).toMatchObject([202, { poll: expect.stringMatching(/^poll_/) }])
    const other = await post(body.replace('424965', '999'), { ...json, 'x-webhook-secret': TEST_SECRET })
    expect([other.status, await other.json()]).toMatchObject([202, { poll: null, deadLetters: [expect.any(String)] }])
    expect(await countEvents()).toBe(before)
  })

  test('that names an unknown vault is kept as a dead letter', async () => {
    const response = await post(small('99'), bearer)
    const { poll, deadLetters: letters } = (await response.json()) as { poll: null; deadLetters: string[] }
    expect([response.status, poll, letters.length]).toEqual([202, null, 1])
    const kept = await ctx.db
      .select()
      .from(deadLetters)
      .where(eq(deadLetters.fingerprint, letters[0] ?? ''))
    expect(kept).toMatchObject([{ reason: 'unknown_vault', payload: { vault_id: '99' } }])
  })

  test('a generic_api batch, as an array or as lines, names vaults by their keys; no prompt is kept', async () => {
    const entry = (hash: string | null) => ({
      metadata: { user_api_key_hash: hash },
      messages: [{ role: 'user', content: 'a secret prompt' }],
    })
    const stranger = hashOf('a stranger')
    const batch = [entry(keyHash), entry(keyHash), entry(stranger), entry(null)]
    const array = await post(JSON.stringify(batch), bearer)
    const lines = await post(batch.map((each) => JSON.stringify(each)).join('\n'), {
      ...bearer,
      'content-type': 'application/x-ndjson',
    })
    const [pending] = await pollsOf(vaultId)
    for (const response of [array, lines]) {
      expect(response.status).toBe(202)
      expect(await response.json()).toMatchObject({ poll: pending?.id, polls: [pending?.id] })
    }
    const kept = await ctx.db.select().from(deadLetters).where(eq(deadLetters.reason, 'unknown_key'))
    expect(kept).toMatchObject([{ road: 'generic_api', payload: { keyHash: stranger } }])
    expect(JSON.stringify(await ctx.db.execute('select * from dead_letters'))).not.toContain('a secret prompt')
  })

  test.each<[string, (entries: object[]) => string]>([
    ['array', (entries) => JSON.stringify([...entries, { messages: ['a secret prompt'] }])],
    ['line', (entries) => [...entries.map((each) => JSON.stringify(each)), '{"messages": ["a secret pro'].join('\n')],
  ])('a bad item of a generic_api %s spoils no other: it is kept as a dead letter', async (_, write) => {
    const response = await post(write([{ metadata: { user_api_key_hash: keyHash } }]), bearer)
    const { polls, deadLetters: letters } = (await response.json()) as { polls: string[]; deadLetters: string[] }
    expect([response.status, polls.length, letters.length]).toEqual([202, 1, 1])
    const kept = await ctx.db
      .select()
      .from(deadLetters)
      .where(eq(deadLetters.fingerprint, letters[0] ?? ''))
    expect(kept).toMatchObject([{ road: 'generic_api', reason: 'invalid_event' }])
    expect(JSON.stringify(kept[0]?.payload)).not.toContain('a secret')
  })

  test.each([
    ['no secret', {}],
    ['a wrong one', { authorization: 'Bearer wrong-secret-entirely' }],
    ['half of it', { authorization: `Bearer ${TEST_SECRET.slice(0, 10)}` }],
    ['one that is too long', { 'x-webhook-secret': `${TEST_SECRET}x` }],
    ['a scheme that is unknown', { authorization: `Basic ${TEST_SECRET}` }],
  ])('with %s is refused: 401', async (_, headers) => {
    const response = await post(small('424965'), { ...json, ...headers })
    expect([response.status, await codeOf(response)]).toEqual([401, 'signature_invalid'])
  })
})

describe('what is not understood is refused with a code', () => {
  test.each<[string, string | Buffer, Record<string, string>, number, string]>([
    ['no JSON', 'vault=1', bearer, 400, 'invalid_request'],
    ['half a line', '{"vault_id":"1"}\n{"vault', bearer, 400, 'invalid_request'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x7b]), bearer, 400, 'invalid_request'],
    ['an empty body', '', bearer, 400, 'invalid_request'],
    ['an unknown shape', '{"vault":"1"}', bearer, 400, 'invalid_request'],
    ['a list of odd things', '[1, null]', bearer, 400, 'invalid_request'],
    ['more calls than are looked at', `[${'{},'.repeat(10_000)}{}]`, bearer, 413, 'payload_too_large'],
    ['a negative vault', '{"vault_id":-1}', bearer, 400, 'invalid_request'],
    ['a vault beyond 64 bits', '{"vault_id":"9999999999999999999"}', bearer, 400, 'invalid_request'],
    [
      'a form',
      'vault_id=1',
      { ...bearer, 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'unsupported_media_type',
    ],
    ['another encoding', '{}', { ...bearer, 'content-encoding': 'br' }, 415, 'unsupported_media_type'],
    ['broken gzip', 'not gzip', { ...bearer, 'content-encoding': 'gzip' }, 400, 'invalid_request'],
    ['a body over the limit', Buffer.alloc(8 * 1024 * 1024 + 1, 32), bearer, 413, 'payload_too_large'],
    [
      'a gzip bomb',
      gzipSync(Buffer.alloc(64 * 1024 * 1024)),
      { ...bearer, 'content-encoding': 'gzip' },
      413,
      'payload_too_large',
    ],
  ])('%s', async (_, body, headers, status, code) => {
    const response = await post(body, headers)
    expect([response.status, await codeOf(response)]).toEqual([status, code])
  })

  test('a signed delivery of another version, or too many events: 400', async () => {
    for (const body of [
      JSON.stringify({ source: 'x', version: 2, events: [] }),
      JSON.stringify({ source: 'x', version: 1, events: Array.from({ length: 5_001 }, () => 0) }),
      '[]',
    ]) {
      expect((await post(body, signedHeaders(body))).status).toBe(400)
    }
  })

  test('other methods and addresses', async () => {
    expect((await app.request('/webhook/usage')).status).toBe(405)
    expect((await app.request('/elsewhere')).status).toBe(404)
    expect((await app.request('/polls/poll_none')).status).toBe(401)
    for (const none of ['poll_none', '%00', 'poll_%00']) {
      expect((await app.request(`/polls/${none}`, { headers: bearer })).status).toBe(404)
    }
    expect((await post('{"vaultId":"77"}', bearer, '/polls')).status).toBe(404)
    expect((await post('{"vaultId":"424965"}', bearer, '/polls')).status).toBe(202)
  })
})

test('a database that fails is not acknowledged, and no answer tells why', async () => {
  const failing = createOracleApp({
    ctx,
    ingest: () => Promise.reject(new Error(`connection to ${opened.variables['DATABASE_URL']} lost`)),
    workers: () => [],
  })
  const body = deliveryOf(usageEvent(keyHash))
  const response = await failing.request('/webhook/usage', { method: 'POST', headers: signedHeaders(body), body })
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('postgres')
})

test('secrets are compared whole, whatever their length', () => {
  expect(isSameSecret('abc', 'abc')).toBe(true)
  for (const other of ['', 'a', 'abd', 'abcd', 'ABC', 'abc\0']) expect(isSameSecret(other, 'abc')).toBe(false)
})
