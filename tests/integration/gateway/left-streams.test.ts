import { request as sendTo } from 'node:http'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import { correctCounted } from '#services/gateway/index.ts'
import { GATEWAY_BASE } from '#services/gateway/match-route.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'
import {
  cents,
  type CreditCustomer,
  eventsOf,
  GATEWAY,
  type GatewayWorld,
  openGatewayWorld,
} from '#tests/support/gateway-world.ts'
import { tellOf } from '#tests/support/killed-gateway.ts'
import { type NextServer, serveByNext } from '#tests/support/next-server.ts'

let world: GatewayWorld
let customer: CreditCustomer

beforeAll(async () => {
  // The usual prices: free may do two requests at a time.
  world = await openGatewayWorld({ CREDIT_PRICES_FILE: '', GATEWAY_TIMEOUT: '5000', GATEWAY_DRAIN: '2000' })
})
beforeEach(async () => {
  world.upstream.plan = { ...world.upstream.plan, delayMs: 0, chunks: 3, chunkMs: 0, fault: null }
  world.upstream.heard.length = 0
  customer = await world.customer(cents(100))
})
afterEach(() => expectBooksBalance(world.ctx))
afterAll(() => world[Symbol.asyncDispose]())

const COST = usd(1_500n)
const body = JSON.stringify({
  model: 'priced',
  messages: [{ role: 'user', content: 'How are you' }],
  max_tokens: 20,
  stream: true,
})
const paidInFull = { balance: cents(100) - COST, held: 0n }

/** Asks the gateway in process; nobody reads the answer unless the test does. */
const ask = (signal: AbortSignal): Promise<Response> =>
  world.gateway(new Request(`${GATEWAY}/chat/completions`, { method: 'POST', headers: customer.headers, body, signal }))

describe('a stream that nobody takes is read to its end and paid', () => {
  test('when its caller leaves once the answer has begun', async () => {
    const caller = new AbortController()
    const response = await ask(caller.signal)
    caller.abort()
    await world.gateway.idle()
    expect(await customer.account()).toMatchObject(paidInFull)
    expect(response.bodyUsed).toBe(false)
  })

  test('when its caller had left before the answer began', async () => {
    world.upstream.plan = { ...world.upstream.plan, delayMs: 200 }
    const caller = new AbortController()
    const answering = ask(caller.signal)
    await expect.poll(() => world.upstream.heard.length).toBe(1)
    caller.abort()
    await answering
    await world.gateway.idle()
    expect(await customer.account()).toMatchObject(paidInFull)
  })

  test('once, when its caller’s leaving is told in both ways', async () => {
    const caller = new AbortController()
    const response = await ask(caller.signal)
    caller.abort()
    await response.body?.cancel()
    await world.gateway.idle()
    expect(await customer.account()).toMatchObject(paidInFull)
  })
})

test('a stream that can’t be read to its end costs the most that it can, until its true counts are known', async () => {
  world.upstream.plan = { ...world.upstream.plan, fault: 'hang' }
  const caller = new AbortController()
  const response = await ask(caller.signal)
  const held = (await customer.account()).held
  expect(parseUsd(response.headers.get('x-flareflow-held-usd') ?? '')).toBe(held)
  caller.abort()
  await world.gateway.idle()
  expect(await customer.account()).toMatchObject({ balance: cents(100) - held, held: 0n })
  const { rows } = await world.ctx.db.execute<{ key: string; source: string }>(
    sql`select facts->>'keyHash' as key, facts->>'usageSource' as source from credit_holds
      where account_id = ${customer.id}`,
  )
  const [{ key, source } = { key: '', source: '' }] = rows
  expect(source).toBe('estimate')
  await tellOf(world, world.upstream.heard, key, { inputTokens: '10', outputTokens: '20' })
  expect(await correctCounted(world.ctx)).toBe(1)
  expect(await customer.account()).toMatchObject(paidInFull)
})

describe('behind Next, a caller who leaves before the first byte', () => {
  let next: NextServer
  beforeAll(async () => {
    next = await serveByNext((request) => world.gateway(request))
  })
  afterAll(() => next.close())

  async function askAndLeave(headers: Record<string, string> = {}): Promise<void> {
    world.upstream.plan = { ...world.upstream.plan, delayMs: 200 }
    const heard = world.upstream.heard.length
    const url = `${next.url}${GATEWAY_BASE}/chat/completions`
    const sent = sendTo(url, { method: 'POST', headers: { ...customer.headers, ...headers } })
    sent.on('error', () => undefined).end(body)
    await expect.poll(() => world.upstream.heard.length).toBe(heard + 1)
    sent.destroy()
  }

  test('pays what was used, and gives up their place among those that run at a time', async () => {
    await askAndLeave()
    await askAndLeave()
    await world.gateway.idle()
    world.upstream.plan = { ...world.upstream.plan, delayMs: 0 }
    expect((await customer.chat({ max_tokens: 20 })).status).toBe(200)
    expect(await customer.account()).toMatchObject({ balance: cents(100) - usd(3n * COST), held: 0n })
  })

  test('gets the answer under their Idempotency-Key', async () => {
    const keyed = { 'idempotency-key': 'left' }
    await askAndLeave(keyed)
    await world.gateway.idle()
    const again = () => customer.ask('/chat/completions', body, keyed)
    await expect.poll(async () => (await again()).headers.get('x-flareflow-replayed')).toBe('true')
    expect(eventsOf(await (await again()).text()).at(-1)).toBe('[DONE]')
    expect(await customer.account()).toMatchObject(paidInFull)
  })
})

describe('a stream whose time is over', () => {
  test('ends though its caller is there and doesn’t read, and says so when they do', async () => {
    world.upstream.plan = { ...world.upstream.plan, fault: 'hang' }
    const response = await ask(new AbortController().signal)
    await world.gateway.idle()
    expect(JSON.parse(eventsOf(await response.text()).at(-1) ?? '')).toMatchObject({
      error: { code: 'upstream_timed_out' },
    })
    expect((await customer.account()).held).toBeGreaterThan(0n)
  })
})
