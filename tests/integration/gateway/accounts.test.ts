import { setTimeout as sleep } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseUsd } from '#lib/money/decimal.ts'
import { createHoldWriter, giveCredits, refundUsage } from '#services/credits/index.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { creditAccounts } from '#services/platform/db/schema/index.ts'
import { accountOfToken, type AccountWorld, openAccountWorld } from '#tests/support/account-world.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'

let world: AccountWorld
let mine: Awaited<ReturnType<AccountWorld['wallet']>>
const once = () => ({ 'idempotency-key': randomHex(8) })

beforeAll(async () => {
  world = await openAccountWorld({
    STRIPE_SECRET_KEY: 'sk_test_123',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_123',
    STRIPE_WEBHOOK_SECRET: 'whsec_of_tests',
    STRIPE_API_URL: 'http://127.0.0.1:1',
    TRUSTED_PROXIES: '1',
  })
})
beforeEach(async () => {
  mine = await world.wallet('10')
})
afterEach(() => expectBooksBalance(world.ctx))
afterAll(() => world[Symbol.asyncDispose]())

/** A request of the account that cost so many USD. */
async function spend(usd: string, facts = {}): Promise<string> {
  const writer = createHoldWriter(world.ctx)
  const id = randomHex(8)
  const amount = parseUsd(usd)
  await writer.place({ id, accountId: mine.id, amount, expiresAt: new Date(Date.now() + 60_000), facts: {} })
  await writer.end({ id, cost: amount, facts: { requestId: `req_${id}`, ...facts } })
  return id
}

function giveBack(transferId: string, usd: string) {
  const how = { reason: 'sorry', requestKey: randomHex(8), transferId }
  return refundUsage(world.ctx, { accountId: mine.id, amount: parseUsd(usd), ...how })
}

describe('keys', () => {
  const create = (body: unknown, headers: Record<string, string> = once()) =>
    world.ask(mine.headers, '/keys', { method: 'POST', body, headers })

  test('are made with their secret, which then opens the account, and are listed without it', async () => {
    const made = await create({ name: 'My app', power: 'eco', models: ['gpt-4o'] })
    expect(made).toMatchObject({ status: 201, body: { name: 'My app', power: 'eco', models: ['gpt-4o'] } })
    const secret = String(made.body['secret'])
    const byKey = { authorization: `Bearer ${secret}` }
    expect((await world.ask(byKey, '/credits')).body).toMatchObject({ account_id: mine.id })
    const listed = await world.ask(mine.headers, '/keys')
    expect(JSON.stringify(listed.body)).not.toContain(secret.slice(6, -4))
    expect(listed.body).toMatchObject({ data: [{ id: made.body['id'], masked: `sk-ff-…${secret.slice(-4)}` }] })
    expect(listed.body).toMatchObject({ data: [{ last_used_at: expect.any(String) }] })
  })

  test('are refused within a second of being revoked', async () => {
    const made = await create({ name: 'Short-lived' })
    const byKey = { authorization: `Bearer ${String(made.body['secret'])}` }
    expect((await world.ask(byKey, '/credits')).status).toBe(200)
    await world.ask(mine.headers, `/keys/${String(made.body['id'])}`, { method: 'DELETE' })
    await sleep(1_000)
    expect(await world.ask(byKey, '/credits')).toMatchObject({
      status: 401,
      body: { error: { code: 'invalid_api_key' } },
    })
    const again = await world.ask(mine.headers, `/keys/${String(made.body['id'])}`, { method: 'DELETE' })
    expect(again.status).toBe(200)
  })

  test('are one for a request, and need its id', async () => {
    const key = once()
    const answers = await Promise.all(Array.from({ length: 5 }, () => create({ name: 'Once' }, key)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409])
    expect(await create({ name: 'No id' }, {})).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_request', param: 'Idempotency-Key' } },
    })
  })

  test.each([
    [{}, 'name'],
    [{ name: '' }, 'name'],
    [{ name: 'a\u0000b' }, 'name'],
    [{ name: 'x', power: 'full' }, 'power'],
    [{ name: 'x', models: [] }, 'models'],
    [{ name: 'x', models: ['bad name'] }, 'models.0'],
  ])('%j is refused with the field at fault', async (body, param) => {
    expect(await create(body)).toMatchObject({ status: 400, body: { error: { code: 'invalid_request', param } } })
  })

  test('of somebody else can’t be seen, changed or revoked', async () => {
    const made = await create({ name: 'Mine' })
    const other = await world.wallet()
    const path = `/keys/${String(made.body['id'])}`
    expect((await world.ask(other.headers, '/keys')).body).toEqual({ data: [] })
    for (const method of ['PATCH', 'DELETE']) {
      const body = method === 'PATCH' ? { name: 'Theirs' } : undefined
      expect((await world.ask(other.headers, path, { method, body })).status).toBe(404)
    }
    expect((await world.ask(mine.headers, '/keys')).body).toMatchObject({ data: [{ name: 'Mine' }] })
  })
})

describe('credits', () => {
  test('show what the account has and may do', async () => {
    await spend('0.5')
    expect(await world.ask(mine.headers, '/credits')).toMatchObject({
      status: 200,
      body: {
        account_id: mine.id,
        tier: 'free',
        balance_usd: '9.50000000',
        usable_usd: '9.50000000',
        month: { spent_usd: '0.50000000', cap_usd: null },
        limits: { requests_per_minute: 10, parallel_requests: 2 },
        payments: { stripe: true, publishable_key: 'pk_test_123' },
      },
    })
  })

  test('show how many requests are running and what those hold', async () => {
    const shown = async () => {
      const { body } = await world.ask(mine.headers, '/credits', { headers: { 'cache-control': 'no-cache' } })
      return [body['held_requests'], body['held_usd'], body['usable_usd']]
    }
    await spend('1')
    expect(await shown()).toEqual([0, '0.00000000', '9.00000000'])
    const writer = createHoldWriter(world.ctx)
    const hold = { accountId: mine.id, expiresAt: new Date(Date.now() + 60_000), facts: {} }
    const ids = [randomHex(8), randomHex(8)] as const
    for (const id of ids) await writer.place({ ...hold, id, amount: parseUsd('2') })
    expect(await shown()).toEqual([2, '4.00000000', '5.00000000'])
    await writer.end({ id: ids[0], cost: parseUsd('1'), facts: {} })
    expect(await shown()).toEqual([1, '2.00000000', '6.00000000'])
    await writer.end({ id: ids[1], cost: parseUsd('0'), facts: {} })
    expect(await shown()).toEqual([0, '0.00000000', '8.00000000'])
  })

  test('are shown from memory for a minute, but as of now when that is asked for, or after an own change', async () => {
    const balance = async (headers = {}) => (await world.ask(mine.headers, '/credits', { headers })).body['balance_usd']
    expect(await balance()).toBe('10.00000000')
    await spend('1')
    expect(await balance()).toBe('10.00000000')
    expect(await balance({ 'cache-control': 'no-cache' })).toBe('9.00000000')
    expect(await balance()).toBe('9.00000000')
    await spend('1')
    await world.ask(mine.headers, '/credits', { method: 'PATCH', body: { tier: 'starter' } })
    expect(await balance()).toBe('8.00000000')
  })

  test('take a cap, a tier and an order for refills, all of it or nothing', async () => {
    const change = (body: unknown) => world.ask(mine.headers, '/credits', { method: 'PATCH', body })
    const order = { threshold_usd: '2', amount_usd: '20' }
    expect(await change({ monthly_cap_usd: '5', tier: 'professional', auto_refill: order })).toMatchObject({
      status: 200,
      body: {
        tier: 'professional',
        month: { cap_usd: '5.00000000' },
        auto_refill: { threshold_usd: '2.00000000', amount_usd: '20.00000000', status: 'needs_method' },
      },
    })
    const refused = await change({ tier: 'enterprise', auto_refill: null, monthly_cap_usd: null })
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'not_permitted' } } })
    expect((await world.ask(mine.headers, '/credits')).body).toMatchObject({
      month: { cap_usd: '5.00000000' },
      auto_refill: { status: 'needs_method' },
    })
    expect((await change({ monthly_cap_usd: null, auto_refill: null })).body).toMatchObject({
      month: { cap_usd: null },
      auto_refill: null,
    })
  })

  test.each([
    [{ monthly_cap_usd: 5 }, 'monthly_cap_usd'],
    [{ monthly_cap_usd: '-1' }, 'monthly_cap_usd'],
    [{ monthly_cap_usd: '1e9' }, 'monthly_cap_usd'],
    [{ tier: 'gold' }, 'tier'],
    [{ auto_refill: { threshold_usd: '0', amount_usd: '20' } }, 'auto_refill.threshold_usd'],
    [{ auto_refill: { threshold_usd: '1', amount_usd: '4.99' } }, 'auto_refill.amount_usd'],
    [{ auto_refill: { threshold_usd: '1', amount_usd: '20.001' } }, 'auto_refill.amount_usd'],
  ])('%j is refused with the field at fault', async (body, param) => {
    const answer = await world.ask(mine.headers, '/credits', { method: 'PATCH', body })
    expect(answer).toMatchObject({ status: 400, body: { error: { param } } })
  })
})

describe('the history', () => {
  test('tells each line once, newest first, page by page, and the balance is its sum', async () => {
    await spend('0.25', { model: 'gpt-4o', provider: 'openai', tokens: '120' })
    await giveCredits(world.ctx, {
      accountId: mine.id,
      amount: parseUsd('1'),
      reason: 'sorry',
      requestKey: randomHex(8),
      expiresAt: null,
    })
    await spend('0.5')
    const lines: Record<string, unknown>[] = []
    let cursor: unknown = ''
    do {
      const page = await world.ask(mine.headers, `/credits/history?limit=1${cursor ? `&cursor=${String(cursor)}` : ''}`)
      lines.push(...(page.body['data'] as Record<string, unknown>[]))
      cursor = page.body['next_cursor']
    } while (cursor)
    expect(lines).toMatchObject([
      { type: 'usage', amount_usd: '-0.50000000' },
      { type: 'bonus', amount_usd: '1.00000000', description: 'Credits given: sorry' },
      { type: 'usage', amount_usd: '-0.25000000', model: 'gpt-4o', provider: 'openai', tokens: '120' },
      { type: 'purchase', amount_usd: '10.00000000' },
    ])
    const bonus = await world.ask(mine.headers, '/credits/history?type=bonus')
    expect(bonus.body).toMatchObject({ data: [{ type: 'bonus' }], next_cursor: null })
    expect((await world.ask((await world.wallet()).headers, '/credits/history')).body).toMatchObject({ data: [] })
  })

  test.each(['cursor=made-up', 'limit=0', 'limit=101', 'limit=x', 'type=gift', 'other=1', 'limit=1&limit=2'])(
    '?%s is refused',
    async (query) => {
      expect(await world.ask(mine.headers, `/credits/history?${query}`)).toMatchObject({
        status: 400,
        body: { error: { code: 'invalid_request' } },
      })
    },
  )
})

describe('usage', () => {
  test('is summed by provider and model, the dearest first', async () => {
    const openai = { provider: 'openai', model: 'gpt-4o', inputTokens: '100', outputTokens: '20' }
    await spend('0.2', openai)
    await spend('0.3', openai)
    await spend('0.1', { provider: 'together', model: 'llama', inputTokens: '7', outputTokens: '1' })
    const counts = { requests: '2', input_tokens: '200', output_tokens: '40', cost_usd: '0.50000000' }
    const expected = {
      total_usd: '0.60000000',
      data: [
        { provider: 'openai', model: 'gpt-4o', ...counts },
        { provider: 'together', model: 'llama', requests: '1', cost_usd: '0.10000000' },
      ],
    }
    expect((await world.ask(mine.headers, '/usage')).body).toMatchObject(expected)
    const today = new Date().toISOString().slice(0, 10)
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
    expect((await world.ask(mine.headers, `/usage?from=${today}&to=${tomorrow}`)).body).toMatchObject(expected)
    expect((await world.ask(mine.headers, '/usage?from=2020-01-01&to=2020-01-02')).body).toMatchObject({ data: [] })
  })

  test('is less by what was given back of it', async () => {
    const id = await spend('0.3', { provider: 'openai', model: 'gpt-4o' })
    await giveBack(`usage:${id}`, '0.1')
    expect((await world.ask(mine.headers, '/usage')).body).toMatchObject({
      total_usd: '0.20000000',
      data: [{ requests: '1', cost_usd: '0.20000000' }],
    })
  })

  test.each([
    'days=0',
    'days=401',
    'from=2026-01-01',
    'from=2026-01-02&to=2026-01-01',
    'from=0000-01-01&to=2026-01-01',
    'days=1&from=2026-01-01&to=2026-01-02',
  ])('?%s is refused', async (query) => {
    expect((await world.ask(mine.headers, `/usage?${query}`)).status).toBe(400)
  })
})

test('somebody with a token has an account from the first request on, with its welcome', async () => {
  const [key] = world.issuer.keys
  const sub = randomHex(8)
  if (!key) throw new Error('The issuer has a key.')
  const token = await world.issuer.sign(key, { sub, email: `${sub}@example.org`, email_verified: true })
  const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': '198.51.100.1, 203.0.113.80' }
  const answers = await Promise.all(Array.from({ length: 5 }, () => world.ask(headers, '/credits')))
  const account = await accountOfToken(world, sub)
  expect(new Set(answers.map(({ body }) => body['account_id']))).toEqual(new Set([account?.id]))
  expect(answers[0]?.body).toMatchObject({ balance_usd: '1.00000000', grants: [{ amount_usd: '1.00000000' }] })
  const other = await world.issuer.sign(key, { sub: `${sub}2`, email: `${sub}2@example.org`, email_verified: true })
  const spoofed = { authorization: `Bearer ${other}`, 'x-forwarded-for': '192.0.2.77, 203.0.113.80' }
  expect((await world.ask(spoofed, '/credits')).body).toMatchObject({ balance_usd: '0.00000000' })
  expect(await world.ctx.db.$count(creditAccounts, eq(creditAccounts.subject, account?.subject ?? ''))).toBe(1)
})

test('a token that the issuer did not sign for us is 401, and an issuer that is away 503', async () => {
  const [key] = world.issuer.keys
  if (!key) throw new Error('The issuer has a key.')
  const wrong = await world.issuer.sign(key, { aud: 'another' })
  const answer = await world.ask({ authorization: `Bearer ${wrong}` }, '/credits')
  expect(answer).toMatchObject({ status: 401, body: { error: { code: 'token_invalid' } } })
})
