import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { usd } from '#lib/money/units.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'
import { cents, type CreditCustomer, type GatewayWorld, openGatewayWorld } from '#tests/support/gateway-world.ts'

let world: GatewayWorld
let customer: CreditCustomer
const COST = usd(1_500n)
const plan = { delayMs: 0, fault: null, status: 200, chunkMs: 0 }

beforeAll(async () => {
  world = await openGatewayWorld()
})
beforeEach(async () => {
  world.upstream.plan = { ...world.upstream.plan, ...plan }
  world.upstream.heard.length = 0
  customer = await world.customer(cents(100))
})
afterEach(() => expectBooksBalance(world.ctx))
afterAll(() => world[Symbol.asyncDispose]())

const keyed = { 'idempotency-key': 'one' }
const spent = async (): Promise<bigint> => cents(100) - (await customer.account()).balance

test('a retry gets the first answer again, and is paid once', async () => {
  const first = await customer.chat({}, keyed)
  const again = await customer.chat({}, keyed)
  expect(await again.text()).toBe(await first.text())
  expect(again.headers.get('x-request-id')).toBe(first.headers.get('x-request-id'))
  expect([again.status, again.headers.get('x-flareflow-replayed')]).toEqual([200, 'true'])
  expect([world.upstream.heard.length, await spent()]).toEqual([1, COST])
})

test('a stream is told again, also one that its caller has left', async () => {
  world.upstream.plan = { ...world.upstream.plan, chunks: 5, chunkMs: 10 }
  const first = await customer.chat({ stream: true }, keyed)
  const reader = first.body?.getReader()
  await reader?.read()
  await reader?.cancel()
  await expect.poll(async () => (await customer.chat({ stream: true }, keyed)).status).toBe(200)
  const text = await (await customer.chat({ stream: true }, keyed)).text()
  expect(text.match(/Hello/g)).toHaveLength(5)
  expect(text).toContain('"cost_usd":"0.00001500"')
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  expect([world.upstream.heard.length, await spent()]).toEqual([1, COST])
})

test('of 20 at once one is served; the others wait, and then have its answer', async () => {
  world.upstream.plan = { ...world.upstream.plan, delayMs: 3_000 }
  const answers = await Promise.all(Array.from({ length: 20 }, () => customer.chat({}, keyed)))
  const statuses = answers.map(({ status }) => status).sort()
  expect(statuses.filter((status) => status === 200)).toHaveLength(1)
  expect(statuses.filter((status) => status === 409)).toHaveLength(19)
  const waiting = answers.find(({ status }) => status === 409)
  expect(waiting?.headers.get('retry-after')).toBe('2')
  expect((await customer.chat({}, keyed)).status).toBe(200)
  expect([world.upstream.heard.length, await spent()]).toEqual([1, COST])
})

test('another body under the key is refused, and so is a key that is none', async () => {
  await customer.chat({}, keyed)
  const other = await customer.chat({ temperature: 1 }, keyed)
  expect([other.status, await other.json()]).toMatchObject([409, { error: { code: 'idempotency_conflict' } }])
  expect(other.headers.get('x-should-retry')).toBe('false')
  const odd = await customer.chat({}, { 'idempotency-key': 'x'.repeat(300) })
  expect([odd.status, await odd.json()]).toMatchObject([400, { error: { param: 'Idempotency-Key' } }])
})

test('the key of somebody else is another key', async () => {
  await customer.chat({}, keyed)
  const other = await world.customer(cents(1))
  expect((await other.chat({}, keyed)).headers.get('x-flareflow-replayed')).toBe(null)
})

test('what failed and cost nothing may be tried again under the key', async () => {
  world.upstream.plan = { ...world.upstream.plan, status: 500 }
  expect((await customer.chat({}, keyed)).status).toBe(500)
  world.upstream.plan = { ...world.upstream.plan, status: 200 }
  expect((await customer.chat({}, keyed)).status).toBe(200)
  expect(await spent()).toBe(COST)
})

test('a request whose process died goes on under its id, and is paid once', async () => {
  world.upstream.plan = { ...world.upstream.plan, fault: 'cut' }
  const lost = await customer.chat({}, keyed)
  expect(lost.status).toBe(503)
  world.upstream.plan = { ...world.upstream.plan, fault: null }
  const again = await customer.chat({}, keyed)
  expect([again.status, again.headers.get('x-request-id')]).toEqual([200, lost.headers.get('x-request-id')])
  const { rows } = await world.ctx.db.execute(sql`select state from credit_holds where account_id = ${customer.id}`)
  expect(rows).toEqual([{ state: 'posted' }])
  expect(await spent()).toBe(COST)
})
