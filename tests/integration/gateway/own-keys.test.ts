import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAccountKey, newAccountKey } from '#services/account-keys/index.ts'
import { formatUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import { createHoldSweeper, createOwnEventReporter, ownEventHandler } from '#services/gateway/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { createGateway } from '#services/gateway/index.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'
import {
  cents,
  type CreditCustomer,
  eventsOf,
  GATEWAY,
  type GatewayWorld,
  openGatewayWorld,
} from '#tests/support/gateway-world.ts'
import { type ProviderServer, startProviderServer } from '#tests/support/provider-server.ts'

const KEY = 'sk-proj-0123456789abcdefghij'
/** 9 and 3 tokens of gpt-4o in the balanced level and the free tier, at 0.015 USD per 1K. */
const FULL_COST = 4_500n
let world: GatewayWorld
let provider: ProviderServer
let customer: CreditCustomer
let bill = 0n

beforeAll(async () => {
  provider = await startProviderServer(KEY)
  world = await openGatewayWorld({
    BYOK_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64'),
    ALLOW_PRIVATE_PROVIDERS: 'true',
  })
  world.upstream.models = [
    ...world.upstream.models,
    { name: 'fast', provider: 'openai', mode: 'chat', upstream: 'openai/gpt-4o-mini' },
    { name: 'openai/gpt-4.1', provider: 'openai', mode: 'chat' },
  ]
})
beforeEach(async () => {
  provider.mood = 'well'
  provider.requests.length = 0
  world.upstream.heard.length = 0
  setFee(0n)
  customer = await world.customer(cents(0))
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await provider.close()
})

/** A gateway whose operator set the fee. */
function setFee(feeBps: bigint): ServiceContext {
  bill = feeBps
  const ctx = { ...world.ctx, env: { ...world.ctx.env, byok: { ...world.ctx.env.byok, feeBps } } }
  world.gateway = createGateway(ctx)
  return ctx
}
const ask = (method: string, path: string, body?: unknown, headers = customer.headers) =>
  world.gateway(
    new Request(`${GATEWAY}${path}`, {
      method,
      headers: { ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  )
const bring = (more: object = {}) =>
  ask('POST', '/byok/keys', { provider: 'openai', api_key: KEY, base_url: provider.url, ...more })
const chat = (more: object = {}) => customer.chat({ model: 'gpt-4o', max_tokens: 50, ...more })

interface Metered extends Record<string, unknown> {
  id: string
  input_tokens: string
  output_tokens: string
  account: string
  provider: string
}
const drain = async (): Promise<void> => {
  while ((await dispatchOutbox(world.ctx, ownEventHandler)) > 0);
}
async function metered(): Promise<Metered[]> {
  await drain()
  const { rows } = await world.ctx.db.execute<Metered>(sql`
    select id, input_tokens, output_tokens, account, provider from events where account = ${`credits:${customer.id}`}`)
  return rows
}

describe('own keys', () => {
  test('are stored, listed masked, switched, tested and forgotten, and never answered', async () => {
    const stored = await bring()
    const view = { provider: 'openai', name: 'OpenAI', masked: 'sk-p…ghij', enabled: true, base_url: provider.url }
    expect([stored.status, await stored.json()]).toEqual([200, { ...view, updated_at: expect.any(String) }])
    const listed = await (await ask('GET', '/byok/keys')).text()
    expect(JSON.parse(listed)).toMatchObject({ data: [view] })
    expect(listed).not.toContain(KEY)
    const off = await ask('PATCH', '/byok/keys/openai', { enabled: false })
    expect(await off.json()).toMatchObject({ enabled: false })
    const tested = await ask('POST', '/byok/keys/openai/test')
    expect(await tested.json()).toMatchObject({ provider: 'openai', outcome: 'valid', status: 200 })
    expect((await ask('POST', '/byok/keys/openai/test')).headers.get('retry-after')).toBe('3')
    for (let times = 0; times < 2; times += 1) {
      const gone = await ask('DELETE', '/byok/keys/openai')
      expect(await gone.json()).toEqual({ provider: 'openai', deleted: true })
    }
    expect(await (await ask('GET', '/byok/keys')).json()).toEqual({ data: [] })
    expect((await ask('PATCH', '/byok/keys/openai', { enabled: true })).status).toBe(404)
  })

  test.each([
    [{ api_key: 'sk-ant-api03-abcdefghijklmnopq' }, 'api_key'],
    [{ api_key: 7 }, 'api_key'],
    [{ provider: 'nobody' }, 'provider'],
    [{ base_url: 'not an address' }, 'base_url'],
  ])('that are wrong are refused with the field, and not repeated: %o', async (wrong, param) => {
    const refused = await bring(wrong)
    const text = await refused.text()
    expect([refused.status, JSON.parse(text).error.param]).toEqual([400, param])
    expect(text).not.toContain('abcdefghij')
  })

  test('belong to their account, and nobody changes them without being signed in', async () => {
    await bring()
    const other = await world.customer(cents(0))
    expect(await (await ask('GET', '/byok/keys', undefined, other.headers)).json()).toEqual({ data: [] })
    expect((await ask('POST', '/byok/keys/openai/test', undefined, other.headers)).status).toBe(404)
    await ask('DELETE', '/byok/keys/openai', undefined, other.headers)
    expect(await (await ask('GET', '/byok/keys')).json()).toMatchObject({ data: [{ provider: 'openai' }] })
    const anonymous = { 'content-type': 'application/json' }
    const tries = [
      ask('GET', '/byok/keys', undefined, anonymous),
      ask('POST', '/byok/keys', { provider: 'openai', api_key: KEY }, anonymous),
      ask('DELETE', '/byok/keys/openai', undefined, anonymous),
      ask('POST', '/byok/keys/openai/test', undefined, anonymous),
    ]
    for (const tried of tries) expect((await tried).status).toBe(401)
    const elsewhere = { ...customer.headers, origin: 'https://evil.example' }
    expect((await ask('DELETE', '/byok/keys/openai', undefined, elsewhere)).status).toBe(403)
  })
})

describe('a request on an own key', () => {
  test('goes to its provider, costs nothing without a fee, needs no credits and no tier, and is metered', async () => {
    await bring()
    const answer = await chat({ metadata: { feature: 'search' } })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ choices: [{ message: { content: 'Hello' } }] })
    expect(answer.headers.get('x-flareflow-cost-usd')).toBe('0.00000000')
    expect(answer.headers.get('x-flareflow-usage-source')).toBe('provider')
    const [asked] = provider.requests
    expect(asked).toMatchObject({ path: '/chat/completions', body: { model: 'gpt-4o', max_completion_tokens: 50 } })
    expect(Object.keys(asked?.body ?? {}).toSorted()).toEqual(['max_completion_tokens', 'messages', 'model'])
    expect(world.upstream.heard).toEqual([])
    expect(await metered()).toMatchObject([{ input_tokens: '9', output_tokens: '3', provider: 'openai' }])
  })

  test('stands in the account’s usage, with or without a fee', async () => {
    customer = await world.customer(cents(100))
    await bring()
    await chat()
    await metered()
    const usage = async () => (await ask('GET', '/usage')).json()
    const line = { provider: 'openai', model: 'gpt-4o' }
    const once = { ...line, requests: '1', input_tokens: '9', output_tokens: '3', cost_usd: '0.00000000' }
    expect(await usage()).toMatchObject({ data: [once], total_usd: '0.00000000' })
    setFee(1_000n)
    await chat()
    await metered()
    const cost_usd = formatUsd(usd((FULL_COST * bill) / 10_000n))
    const twice = { ...line, requests: '2', input_tokens: '18', output_tokens: '6', cost_usd }
    expect(await usage()).toMatchObject({ data: [twice], total_usd: cost_usd })
  })

  test('is metered with the account’s key that it came with, though nothing is held for it', async () => {
    await bring()
    const holder = withActor(world.ctx, { kind: 'account', accountId: customer.id, via: 'session' })
    const made = await createAccountKey(holder, { ...newAccountKey.parse({ name: 'k' }), requestKey: 'one' })
    const body = { model: 'gpt-4o', max_tokens: 50 }
    const answer = await customer.chat(body, { authorization: `Bearer ${made.secret}`, cookie: '' })
    expect(answer.status).toBe(200)
    const [event] = await metered()
    const { rows } = await world.ctx.db.execute(sql`select account_key from events where id = ${event?.id}`)
    expect(rows).toEqual([{ account_key: made.key.id }])
  })

  test('is streamed, with its cost in the last chunk, and metered though its caller left', async () => {
    await bring()
    const whole = eventsOf(await (await chat({ stream: true })).text())
    expect(whole.at(-1)).toBe('[DONE]')
    expect(JSON.parse(whole.at(-2) ?? '')).toMatchObject({ flareflow: { cost_usd: '0.00000000' } })
    const left = await chat({ stream: true })
    await left.body?.cancel()
    await expect.poll(async () => (await metered()).length).toBe(2)
  })

  test('costs the operator’s fee, held before and posted after', async () => {
    setFee(1_000n)
    await bring()
    expect((await chat()).status).toBe(402)
    expect(provider.requests).toEqual([])
    customer = await world.customer(cents(100))
    await bring()
    const answer = await chat()
    const fee = (FULL_COST * bill) / 10_000n
    expect(answer.headers.get('x-flareflow-cost-usd')).toBe(`0.0000${fee.toString().padStart(4, '0')}`)
    expect(await customer.account()).toMatchObject({ balance: cents(100) - fee, held: 0n, monthSpent: fee })
    expect(await metered()).toHaveLength(1)
    await createOwnEventReporter()({ ...world.ctx, clock: () => new Date(Date.now() + 120_000) })
    expect(await metered()).toHaveLength(1)
    await expectBooksBalance(world.ctx)
  })

  test('that nobody ended keeps no hold: no books will tell of it', async () => {
    setFee(10_000n)
    customer = await world.customer(cents(100))
    await bring()
    provider.mood = 'silent'
    const asked = chat()
    await expect.poll(() => provider.requests.length).toBe(1)
    expect((await customer.account()).held).toBeGreaterThan(0n)
    // The process is gone by then, and what it would have done.
    const later = { ...world.ctx, clock: () => new Date(Date.now() + 3_600_000) }
    expect(await createHoldSweeper()(later)).toBe(1)
    expect(await customer.account()).toMatchObject({ balance: cents(100), held: 0n })
    void asked.catch(() => {})
  })

  test.each([
    ['echo', 400, 'upstream_error'],
    ['busy', 429, 'upstream_error'],
    ['redirect', 502, 'provider_refused'],
    ['broken', 503, 'provider_unreachable'],
    ['half', 503, 'provider_unreachable'],
    ['empty', 502, 'provider_refused'],
  ] as const)('that fails (%s) is answered %i, costs nothing and tells no key', async (mood, status, code) => {
    setFee(10_000n)
    customer = await world.customer(cents(100))
    await bring()
    provider.mood = mood
    const answer = await chat()
    const text = await answer.text()
    expect([answer.status, JSON.parse(text).error.code]).toEqual([status, code])
    expect(text).not.toContain(KEY)
    expect(await customer.account()).toMatchObject({ balance: cents(100), held: 0n })
    expect(await metered()).toEqual([])
  })

  test('that its provider refuses says whose key it is', async () => {
    await bring({ api_key: `${KEY}-old` })
    const answer = await chat()
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({
      error: { code: 'provider_key_refused', message: expect.stringContaining('your own key') },
    })
  })

  test('goes by what the provider calls the model, whatever the operator named it', async () => {
    await bring()
    for (const model of ['fast', 'openai/gpt-4.1', 'gpt-4.1']) expect((await chat({ model })).status).toBe(200)
    expect(provider.requests.map(({ body }) => body?.['model'])).toEqual(['gpt-4o-mini', 'gpt-4.1', 'gpt-4.1'])
  })

  test('goes by how the key is at that moment, whether it was switched, replaced or forgotten', async () => {
    // Of a provider that the free tier has no access to.
    const statusAfter = async (change: Promise<Response>): Promise<number> => {
      expect((await change).status).toBe(200)
      return (await chat({ model: 'dear' })).status
    }
    expect(await statusAfter(ask('GET', '/byok/keys'))).toBe(403)
    expect(await statusAfter(bring())).toBe(200)
    expect(await statusAfter(bring({ api_key: `${KEY}-old` }))).toBe(401)
    expect(await statusAfter(bring())).toBe(200)
    expect(await statusAfter(ask('PATCH', '/byok/keys/openai', { enabled: false }))).toBe(403)
    expect(await statusAfter(ask('PATCH', '/byok/keys/openai', { enabled: true }))).toBe(200)
    expect(await statusAfter(ask('DELETE', '/byok/keys/openai'))).toBe(403)
    const priced = await ask('GET', '/models')
    expect(JSON.stringify(await priced.json())).not.toContain('dear')
  })

  test('leaves requests to other providers to LiteLLM', async () => {
    await bring()
    customer = await world.customer(cents(100))
    await bring()
    expect((await customer.chat({ model: 'priced' })).status).toBe(200)
    expect(world.upstream.heard).toHaveLength(1)
    expect(provider.requests).toEqual([])
  })
})
