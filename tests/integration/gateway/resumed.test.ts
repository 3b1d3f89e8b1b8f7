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
  // The usual prices: free may do 2 requests at a time.
  world = await openGatewayWorld({ CREDIT_PRICES_FILE: '' })
})
beforeEach(async () => {
  world.upstream.plan = { ...world.upstream.plan, ...plan }
  world.upstream.heard.length = 0
  customer = await world.customer(cents(100))
})
afterEach(() => expectBooksBalance(world.ctx))
afterAll(() => world[Symbol.asyncDispose]())

const few = { max_tokens: 20 }
const chat = (headers = {}): Promise<Response> => customer.chat(few, { 'idempotency-key': 'one', ...headers })
const idOf = ({ headers }: Response): string | null => headers.get('x-request-id')
const spent = async (): Promise<bigint> => cents(100) - (await customer.account()).balance
const holds = async () => {
  const { rows } = await world.ctx.db.execute<{ state: string }>(
    sql`select state from credit_holds where account_id = ${customer.id} order by created_at`,
  )
  return rows.map(({ state }) => state)
}

/** A request that was sent, and whose answer broke off: nobody knows yet what it costs. */
async function lose(headers = {}): Promise<Response> {
  world.upstream.plan = { ...world.upstream.plan, fault: 'cut' }
  const lost = await chat(headers)
  expect(lost.status).toBe(503)
  world.upstream.plan = { ...world.upstream.plan, fault: null }
  return lost
}

test('a retry that is refused before it is sent leaves the request to the next one, which pays under the same hold', async () => {
  const lost = await lose()
  world.upstream.plan = { ...world.upstream.plan, delayMs: 800 }
  const others = [customer.chat(few), customer.chat(few)]
  await expect.poll(() => world.upstream.heard.length).toBe(3)
  expect((await chat()).status).toBe(429)
  await Promise.all(others)
  world.upstream.plan = { ...world.upstream.plan, delayMs: 0 }
  const again = await chat()
  expect([again.status, idOf(again)]).toEqual([200, idOf(lost)])
  expect(await holds()).toEqual(['posted', 'posted', 'posted'])
  expect(await spent()).toBe(3n * COST)
})
