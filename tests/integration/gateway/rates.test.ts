import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expectBooksBalance } from '#tests/support/credit-books.ts'
import { cents, type CreditCustomer, type GatewayWorld, openGatewayWorld } from '#tests/support/gateway-world.ts'

let world: GatewayWorld
beforeAll(async () => {
  // The usual prices: free may do 10 requests a minute, 2 at a time, and 20,000 tokens.
  world = await openGatewayWorld({ CREDIT_PRICES_FILE: '' })
})
afterEach(() => expectBooksBalance(world.ctx))
afterAll(() => world[Symbol.asyncDispose]())

const few = { max_tokens: 20 }
const answerOf = async (response: Response) => ({
  status: response.status,
  retryAfter: Number(response.headers.get('retry-after')),
  shouldRetry: response.headers.get('x-should-retry'),
  error: ((await response.json()) as { error?: { code: string } }).error,
})

describe('a tier’s limits', () => {
  test('let ten requests a minute through, one after another, and refuse the rest with when to come again', async () => {
    const customer = await world.customer(cents(100))
    const statuses = []
    for (let i = 0; i < 14; i += 1) {
      const { status, retryAfter, shouldRetry, error } = await answerOf(await customer.chat(few))
      statuses.push(status)
      if (status === 200) continue
      expect(shouldRetry).toBe(null)
      expect(error).toMatchObject({ code: 'rate_limited' })
      expect(retryAfter).toBeGreaterThan(30)
    }
    expect(statuses).toEqual([...Array<number>(10).fill(200), 429, 429, 429, 429])
    const other = await world.customer(cents(100))
    expect((await other.chat(few)).status).toBe(200)
  })

  test('let two run at a time; one that has ended makes room, a stream too', async () => {
    const customer = await world.customer(cents(100))
    world.upstream.plan = { ...world.upstream.plan, delayMs: 3_000 }
    const answers = await Promise.all(Array.from({ length: 8 }, () => customer.chat({ ...few, stream: true })))
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(2)
    await Promise.all(answers.map((answer) => answer.text()))
    world.upstream.plan = { ...world.upstream.plan, delayMs: 0 }
    expect((await customer.chat(few)).status).toBe(200)
  })

  test('count the tokens that were used, not those that might have been', async () => {
    const customer = await world.customer(cents(100))
    for (let i = 0; i < 8; i += 1) expect((await chatOf(customer, 4_000)).status).toBe(200)
  })

  test('count a retry that is told its first answer again, by the minute and at the same time', async () => {
    const customer = await world.customer(cents(100))
    const retry = () => customer.chat(few, { 'idempotency-key': 'one' })
    for (let i = 0; i < 3; i += 1) expect((await retry()).status).toBe(200)
    world.upstream.plan = { ...world.upstream.plan, delayMs: 2_000 }
    const heard = world.upstream.heard.length
    const others = [customer.chat(few), customer.chat(few)]
    await expect.poll(() => world.upstream.heard.length).toBe(heard + 2)
    expect((await answerOf(await retry())).error).toMatchObject({ details: { limit: 'parallel' } })
    await Promise.all(others)
    world.upstream.plan = { ...world.upstream.plan, delayMs: 0 }
    for (let i = 0; i < 5; i += 1) expect((await retry()).headers.get('x-flareflow-replayed')).toBe('true')
    expect((await answerOf(await retry())).error).toMatchObject({ details: { limit: 'requests' } })
  })

  test('let a retry use no tokens', async () => {
    const customer = await world.customer(cents(100))
    for (let i = 0; i < 9; i += 1) {
      const answer = await customer.chat({ max_tokens: 4_000 }, { 'idempotency-key': 'one' })
      expect(answer.status).toBe(200)
    }
  })

  test('hold no money for what they refuse, and charge nothing', async () => {
    const customer = await world.customer(cents(100))
    for (let i = 0; i < 10; i += 1) await customer.chat(few)
    const before = await customer.account()
    expect((await customer.chat(few)).status).toBe(429)
    expect(await customer.account()).toEqual(before)
  })
})

describe('what no short wait helps', () => {
  test('as the request is larger than a minute’s tokens: clients are told not to repeat it', async () => {
    const customer = await world.customer(cents(100))
    const messages = [{ role: 'user', content: 'x'.repeat(20_001) }]
    expect(await answerOf(await customer.chat({ ...few, messages }))).toMatchObject({
      status: 429,
      shouldRetry: 'false',
      error: { code: 'rate_limited', details: { limit: 'tokens' } },
    })
  })

  test('as the month’s cap is reached: the answer says when the next month begins', async () => {
    const customer = await world.customer(cents(100))
    await world.ctx.db.execute(`update credit_accounts set monthly_cap = 1 where id = '${customer.id}'`)
    const { retryAfter, ...refused } = await answerOf(await customer.chat(few))
    const now = new Date()
    const end = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1))
    expect(refused).toMatchObject({
      status: 429,
      shouldRetry: 'false',
      error: { code: 'cap_reached', details: { resets_at: end.toISOString() } },
    })
    expect(Math.abs(retryAfter - (end.getTime() - now.getTime()) / 1_000)).toBeLessThan(60)
  })
})

const chatOf = (customer: CreditCustomer, maxTokens: number): Promise<Response> =>
  customer.chat({ max_tokens: maxTokens })
