import { sql } from 'drizzle-orm'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createGateway, createHoldSweeper, ownEventHandler } from '#services/gateway/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'
import { cents, type CreditCustomer, type GatewayWorld, openGatewayWorld } from '#tests/support/gateway-world.ts'
import { startGatewayProcess } from '#tests/support/killed-gateway.ts'
import { type ProviderServer, startProviderServer } from '#tests/support/provider-server.ts'

const KILLS = process.env['TEST_LONG'] ? 40 : 4
const AT_ONCE = 8
const KEY = 'sk-proj-0123456789abcdefghij'
const messages = [{ role: 'user', content: 'Hi' }]
const ANSWERED = { status: 'success', input_tokens: '9', output_tokens: '3', billable_tokens: '12' }
const UNKNOWN = { status: 'unknown', input_tokens: null, output_tokens: null, billable_tokens: '0' }

let world: GatewayWorld
let provider: ProviderServer
let customer: CreditCustomer

beforeAll(async () => {
  provider = await startProviderServer(KEY)
  world = await openGatewayWorld({
    BYOK_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64'),
    ALLOW_PRIVATE_PROVIDERS: 'true',
  })
})
beforeEach(async () => {
  provider.mood = 'well'
  provider.requests.length = 0
  setFee(0n)
  customer = await world.customer(cents(0))
  await bring()
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await provider.close()
})

/** A gateway whose operator set the fee. */
function setFee(feeBps: bigint): void {
  world.gateway = createGateway({ ...world.ctx, env: { ...world.ctx.env, byok: { ...world.ctx.env.byok, feeBps } } })
}
const bring = () => customer.ask('/byok/keys', { provider: 'openai', api_key: KEY, base_url: provider.url })
const chat = (more: object = {}) => customer.chat({ model: 'gpt-4o', max_tokens: 50, ...more })
const later = (): ServiceContext => ({ ...world.ctx, clock: () => new Date(Date.now() + 3_600_000) })

/** Reports what is due, as two oracles do at once. */
async function report(ctx: ServiceContext): Promise<void> {
  const drain = async (): Promise<void> => {
    while ((await dispatchOutbox(ctx, ownEventHandler)) > 0);
  }
  await Promise.all([drain(), drain()])
}

interface Metered extends Record<string, unknown> {
  end_user: string | null
  status: string
}
async function metered(): Promise<Metered[]> {
  const { rows } = await world.ctx.db.execute<Metered>(sql`
    select end_user, status, input_tokens, output_tokens, billable_tokens from events
    where account = ${`credits:${customer.id}`} order by end_user`)
  return rows
}

/** Requests under way when their gateway dies, each of an end user of its own. */
async function killOne(i: number): Promise<void> {
  const gateway = await startGatewayProcess(world)
  const before = provider.requests.length
  const requests = Array.from({ length: AT_ONCE }, (_, n) =>
    fetch(`${gateway.url}/chat/completions`, {
      method: 'POST',
      headers: { ...customer.headers },
      body: JSON.stringify({ model: 'gpt-4o', max_tokens: 50, messages, user: `${i}.${n}`, stream: n % 3 === 0 }),
    })
      .then((response) => response.text())
      .catch(() => null),
  )
  await expect.poll(() => provider.requests.length - before, { interval: 2 }).toBeGreaterThan(i % 3)
  await sleep((i * 7) % 20)
  await gateway.kill()
  await Promise.all(requests)
}

/** Requests that reached the provider and of which there isn't exactly one event. */
async function untold(): Promise<string[]> {
  const told = (await metered()).map(({ end_user }) => end_user)
  return provider.requests
    .map(({ body }) => String(body?.['user']))
    .filter((user) => told.filter((each) => each === user).length !== 1)
}

test(
  `each request on an own key is metered once, though its gateway is killed: ${KILLS} times`,
  async () => {
    for (let i = 0; i < KILLS; i += 1) {
      provider.mood = i % 2 === 0 ? 'silent' : 'well'
      await killOne(i)
    }
    await report(world.ctx)
    expect(await untold()).not.toEqual([])
    await report(later())
    expect(await untold()).toEqual([])
    const statuses = new Set((await metered()).map(({ status }) => status))
    expect(statuses).toContain('unknown')
    expect(await metered()).toEqual(
      (await metered()).map(({ end_user, status }) => ({ end_user, ...(status === 'success' ? ANSWERED : UNKNOWN) })),
    )
  },
  Math.max(240_000, KILLS * 20_000),
)

test('the planted bug: a gateway that writes down only what ended leaves calls that nobody knows of', async () => {
  provider.mood = 'silent'
  await killOne(1)
  await world.ctx.db.execute(sql`delete from outbox where payload ? 'isWill'`)
  await report(later())
  expect(await untold()).not.toEqual([])
})

test('a fee that was held is given back when the end is not known, whoever looks first', async () => {
  setFee(10_000n)
  customer = await world.customer(cents(100))
  await bring()
  provider.mood = 'silent'
  const asked = [chat(), chat()]
  await expect.poll(() => provider.requests.length).toBe(2)
  expect((await customer.account()).held).toBeGreaterThan(0n)
  await Promise.all([createHoldSweeper()(later()), createHoldSweeper()(later()), report(later())])
  await createHoldSweeper()(later())
  expect(await customer.account()).toMatchObject({ balance: cents(100), held: 0n })
  expect(await metered()).toMatchObject([UNKNOWN, UNKNOWN])
  provider.answerLate()
  await Promise.all(asked)
  await expectBooksBalance(world.ctx)
})

test('a call that ends after it was reported stays one event, and what it used is kept beside it', async () => {
  provider.mood = 'silent'
  const asked = chat({ user: 'slow' })
  await expect.poll(() => provider.requests.length).toBe(1)
  await report(later())
  provider.answerLate()
  expect((await asked).status).toBe(200)
  await report(world.ctx)
  expect(await metered()).toMatchObject([UNKNOWN])
  const { rows } = await world.ctx.db.execute(sql`
    select payload->>'outputTokens' as output from dead_letters
    where reason = 'counts_differ' and payload->>'endUser' = 'slow'`)
  expect(rows).toEqual([{ output: '3' }])
})

test('a call that ended is not reported again when its time is over', async () => {
  expect((await chat()).status).toBe(200)
  provider.mood = 'busy'
  expect((await chat()).status).toBe(429)
  await report(later())
  expect(await metered()).toMatchObject([ANSWERED])
})

test('a retry of a call whose end is not known is a call of its own once that was reported', async () => {
  provider.mood = 'silent'
  const key = { 'idempotency-key': 'once' }
  const lost = customer.chat({ model: 'gpt-4o', max_tokens: 50 }, key)
  await expect.poll(() => provider.requests.length).toBe(1)
  await report(later())
  await world.ctx.db.execute(sql`update gateway_requests set leased_until = 'epoch' where state = 'running'`)
  provider.mood = 'well'
  expect((await customer.chat({ model: 'gpt-4o', max_tokens: 50 }, key)).status).toBe(200)
  provider.answerLate()
  await lost.catch(() => null)
  await report(later())
  expect((await metered()).map(({ status }) => status).toSorted()).toEqual(['success', 'unknown'])
})
