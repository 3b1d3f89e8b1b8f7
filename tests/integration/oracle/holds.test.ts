import { afterAll, beforeAll, expect, test } from 'vitest'
import { mintEventId } from '#lib/metering/event-id.ts'
import { createIngestWriter } from '#services/metering/index.ts'
import { createOracleApp } from '#services/oracle/app.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { vaultHolds } from '#services/platform/db/schema/index.ts'
import { createTestContext, TEST_SECRET, type TestContext } from '#tests/support/context.ts'
import { signedHeaders } from '#tests/support/oracle-process.ts'
import { tellVaults } from '#tests/support/told-vaults.ts'
import { giveKey, hashOf } from '#tests/support/usage-events.ts'

let opened: TestContext
let ctx: ServiceContext
let keyHash: string

beforeAll(async () => {
  const told = tellVaults()
  told.tell(7n, 100_000_000n)
  opened = await createTestContext({ chain: told.chain })
  ctx = opened.ctx
  keyHash = await giveKey(ctx, 7n)
})
afterAll(() => opened[Symbol.asyncDispose]())

const appOf = (parts: Partial<ServiceContext> = {}, isStopping = false) => {
  const given = { ...ctx, ...parts }
  return createOracleApp({
    ctx: given,
    ingest: createIngestWriter(given),
    workers: () => [],
    isStopping: () => isStopping,
  })
}
const nonce = (digit: string): string => digit.repeat(32)
const requestOf = (digit: string, more: object = {}, hash = keyHash) =>
  JSON.stringify({
    eventId: mintEventId(TEST_SECRET, nonce(digit), hash),
    keyHash: hash,
    model: 'gpt-4',
    tokens: '1000',
    ...more,
  })
const ask = (body: string, headers = signedHeaders(body), app = appOf()) =>
  app.request('/holds', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })

test('a hold is granted with its amount, and the same request again is the same hold', async () => {
  const body = requestOf('a')
  const [first, second] = [await ask(body), await ask(body)]
  for (const response of [first, second]) {
    expect([response.status, await response.json()]).toEqual([200, { granted: true, heldUsd: '0.03000000' }])
  }
  expect(await ctx.db.$count(vaultHolds)).toBe(1)
})

test('a refusal says with which status, code and sentence the caller is answered, and when to come again', async () => {
  const dear = await (await ask(requestOf('b', { tokens: '100000' }))).json()
  expect(dear).toMatchObject({ granted: false, status: 402, code: 'insufficient_vault', retryAfter: null })
  const held = await (await ask(requestOf('c', { tokens: '33000' }))).json()
  expect(held).toMatchObject({ granted: false, status: 429, code: 'vault_funds_held', retryAfter: '1' })
  expect(held).toMatchObject({ details: { worst_usd: '0.99000000', affordable_usd: '0.97000000' } })
})

test('a call that may be answered by a model of a name that can’t be billed is refused', async () => {
  const before = await ctx.db.$count(vaultHolds)
  for (const more of [{ model: 'gpt 4' }, { model: null, among: ['gpt-4', 'modèle'] }, { model: 'x'.repeat(129) }]) {
    const answer = await (await ask(requestOf('f', more))).json()
    expect(answer).toMatchObject({ granted: false, status: 400, code: 'model_name_invalid', retryAfter: null })
  }
  expect(await ctx.db.$count(vaultHolds)).toBe(before)
  expect(await (await ask(requestOf('f', { model: null, among: ['GPT-4', 'gpt-4'] }))).json()).toMatchObject({
    granted: true,
    heldUsd: '0.03000000',
  })
})

test('a key that nobody has here is let through and held for by nobody', async () => {
  expect(await (await ask(requestOf('d', {}, hashOf('stranger')))).json()).toEqual({ granted: true, heldUsd: null })
})

test('only who has the secret may ask, for a key whose event it can mint, and for something', async () => {
  const body = requestOf('e')
  const before = await ctx.db.$count(vaultHolds)
  const cases: [number, Response][] = [
    [401, await ask(body, signedHeaders(body, 'another secret of nobody'))],
    [401, await ask(body, signedHeaders(body, TEST_SECRET, new Date(Date.now() - 600_000)))],
    [401, await ask(body, {} as ReturnType<typeof signedHeaders>)],
    [400, await ask(requestOf('e', { keyHash: hashOf('another') }))],
    [400, await ask(requestOf('e', { tokens: '-1' }))],
    [400, await ask(requestOf('e', { tokens: 1000 }))],
    [400, await ask(requestOf('e', { model: 7 }))],
    [400, await ask('{')],
    [503, await ask(body, signedHeaders(body), appOf({}, true))],
    [405, await appOf().request('/holds')],
    [
      404,
      await ask(body, signedHeaders(body), appOf({ env: { ...ctx.env, oracle: { ...ctx.env.oracle, roles: [] } } })),
    ],
  ]
  expect(cases.map(([, { status }]) => status)).toEqual(cases.map(([status]) => status))
  expect(await ctx.db.$count(vaultHolds)).toBe(before)
})
