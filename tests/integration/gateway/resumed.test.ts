import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { usd } from '#lib/money/units.ts'
import { createHoldWriter, creditPurchase, type HoldVerdict, sweepHolds } from '#services/credits/index.ts'
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
  world.upstream.plan = { ...world.upstream.plan, delayMs: 5_000 }
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

test('a retry that fails leaves the hold of the first try, which may have been answered', async () => {
  const lost = await lose()
  world.upstream.plan = { ...world.upstream.plan, status: 500 }
  expect((await chat()).status).toBe(500)
  expect(await holds()).toEqual(['held'])
  world.upstream.plan = { ...world.upstream.plan, status: 200 }
  const again = await chat()
  expect([again.status, idOf(again)]).toEqual([200, idOf(lost)])
  expect([await holds(), await spent()]).toEqual([['posted'], COST])
})

describe('a retry whose first try the sweeper', () => {
  const later = () => ({ ...world.ctx, clock: () => new Date(Date.now() + 3_600_000) })
  const sweep = (verdict: HoldVerdict) =>
    sweepHolds(later(), createHoldWriter(world.ctx), async (open) => open.map(() => verdict))

  test('gave up is a request of its own, and is paid', async () => {
    const lost = await lose()
    await sweep({ kind: 'lost' })
    const again = await chat()
    expect(again.status).toBe(200)
    expect(idOf(again)).not.toBe(idOf(lost))
    expect([await holds(), await spent()]).toEqual([['expired', 'posted'], COST])
    expect((await chat()).headers.get('x-flareflow-replayed')).toBe('true')
  })

  test('found paid is refused, and pays nothing more', async () => {
    await lose()
    await sweep({ kind: 'ended', cost: usd(7n), facts: {} })
    for (const _ of [1, 2]) {
      const again = await chat()
      expect([again.status, await again.json()]).toMatchObject([409, { error: { code: 'idempotency_conflict' } }])
    }
    expect([await holds(), await spent(), world.upstream.heard.length]).toEqual([['posted'], 7n, 1])
  })

  test('is about to end waits for that', async () => {
    await lose()
    await world.ctx.db.execute(sql`update credit_holds set expires_at = now() where account_id = ${customer.id}`)
    const again = await chat()
    expect([again.status, again.headers.get('retry-after')]).toEqual([409, '30'])
    expect([await holds(), world.upstream.heard.length]).toEqual([['held'], 1])
    await sweep({ kind: 'lost' })
    expect((await chat()).status).toBe(200)
    expect(await spent()).toBe(COST)
  })

  test('will not end while the retry is under way', async () => {
    await lose()
    const soon = sql`now() + interval '10 seconds'`
    await world.ctx.db.execute(sql`update credit_holds set expires_at = ${soon} where account_id = ${customer.id}`)
    await chat()
    const { rows } = await world.ctx.db.execute(
      sql`select expires_at > now() + interval '1 minute' as renewed from credit_holds where account_id = ${customer.id}`,
    )
    expect(rows).toEqual([{ renewed: true }])
  })
})

test('a retry of a request that was shortened is not longer, though more could be paid for by then', async () => {
  customer = await world.customer(usd(120_000n))
  const long = () => customer.chat({ max_tokens: 4_000 }, { 'idempotency-key': 'one', 'x-clamp-max-tokens': 'true' })
  world.upstream.plan = { ...world.upstream.plan, fault: 'cut' }
  expect((await long()).status).toBe(503)
  world.upstream.plan = { ...world.upstream.plan, fault: null }
  await creditPurchase(world.ctx, {
    paymentId: 'more',
    accountId: customer.id,
    from: 'stripe',
    amount: cents(1),
    facts: {},
  })
  expect((await long()).status).toBe(200)
  const lengths = world.upstream.heard.map(({ body }) => Number(body['max_tokens']))
  expect(lengths[0]).toBeLessThan(4_000)
  expect(lengths[1]).toBe(lengths[0])
})
