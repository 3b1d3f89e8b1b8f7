import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createGateway } from '#services/gateway/index.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'
import {
  cents,
  type CreditCustomer,
  eventsOf,
  type GatewayWorld,
  openGatewayWorld,
} from '#tests/support/gateway-world.ts'
import { type ProviderServer, startProviderServer } from '#tests/support/provider-server.ts'

const KEY = 'sk-proj-0123456789abcdefghij'
const MIB = 1024 * 1024
/** With what stands around it, just below what is taken. */
const LARGEST = 'x'.repeat(4 * MIB - 1_000)
let world: GatewayWorld
let provider: ProviderServer
let customer: CreditCustomer

beforeAll(async () => {
  provider = await startProviderServer(KEY)
  world = await openGatewayWorld({
    BYOK_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64'),
    ALLOW_PRIVATE_PROVIDERS: 'true',
    BYOK_FEE: '1000',
  })
})
beforeEach(async () => {
  world.gateway = createGateway(world.ctx)
  provider.mood = 'well'
  provider.content = 'Hello'
  provider.requests.length = 0
  world.upstream.plan = { ...world.upstream.plan, content: 'Hello' }
  customer = await world.customer(cents(100))
  await customer.ask('/byok/keys', { provider: 'openai', api_key: KEY, base_url: provider.url })
})
afterAll(async () => {
  await expectBooksBalance(world.ctx)
  await world[Symbol.asyncDispose]()
  await provider.close()
})

const own = (more: object = {}, headers = {}) => customer.chat({ model: 'gpt-4o', max_tokens: 50, ...more }, headers)
const codeOf = async (response: Response) => {
  const { error } = (await response.json()) as { error?: { code: string; type: string } }
  return [response.status, error?.code]
}
const free = { balance: cents(100), held: 0n }

/** Large answers that nobody takes, until there is no room for another. */
async function fill(): Promise<Response[]> {
  provider.content = LARGEST
  const answers: Response[] = []
  let answer = await own()
  for (; answer.status === 200; answer = await own()) answers.push(answer)
  expect(answer.headers.get('retry-after')).toBe('1')
  expect(await codeOf(answer)).toEqual([503, 'gateway_busy'])
  provider.content = 'Hello'
  return answers
}

describe('an answer on an own key', () => {
  test('that is larger than 4 MiB is an error, costs nothing and is not asked for again', async () => {
    provider.content = 'x'.repeat(4 * MIB)
    const answer = await own({}, { 'idempotency-key': 'one' })
    expect(answer.headers.get('x-should-retry')).toBe('false')
    expect(await codeOf(answer)).toEqual([502, 'provider_refused'])
    expect(await customer.account()).toMatchObject(free)
    provider.content = 'Hello'
    expect((await own({}, { 'idempotency-key': 'one' })).status).toBe(200)
  })

  test('that has an event of more than 256 kB ends with an error, and its connection too', async () => {
    provider.mood = 'long-event'
    const events = eventsOf(await (await own({ stream: true })).text())
    expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({ error: { code: 'provider_refused', type: 'api_error' } })
    await expect.poll(() => provider.connections(), { timeout: 3_000 }).toBe(0)
  })
})

describe('many large answers that nobody takes', () => {
  test('leave no room for another one, which costs nothing; small ones and streams go on', async () => {
    const answers = await fill()
    expect(answers.length).toBe(24)
    const { balance, held } = await customer.account()
    expect(held).toBe(0n)
    expect((await own()).status).toBe(200)
    expect(await (await own({ stream: true })).text()).toContain('[DONE]')
    provider.content = 'x'.repeat(3 * MIB)
    expect(await codeOf(await own())).toEqual([503, 'gateway_busy'])
    expect(balance - (await customer.account()).balance).toBeLessThan(cents(1))
    expect((await answers[0]?.text())?.length).toBeGreaterThan(LARGEST.length)
    expect((await own()).status).toBe(200)
    await Promise.all(answers.slice(1).map(({ body }) => body?.cancel()))
    expect((await fill()).length).toBe(23)
  })

  test('let one of LiteLLM’s be charged once, by what is metered of it', async () => {
    await fill()
    world.upstream.plan = { ...world.upstream.plan, content: 'x'.repeat(MIB) }
    const before = await customer.account()
    expect(await codeOf(await customer.chat())).toEqual([503, 'gateway_busy'])
    const after = await customer.account()
    expect(after.balance).toBe(before.balance)
    expect(after.held).toBeGreaterThan(0n)
  })

  test('keep nothing of a stream for its retry, which is told that it was paid once', async () => {
    await fill()
    const stream = () => customer.chat({ stream: true }, { 'idempotency-key': 'one' })
    world.upstream.plan = { ...world.upstream.plan, content: 'x'.repeat(100_000) }
    expect(await (await stream()).text()).toContain('[DONE]')
    const { balance } = await customer.account()
    await expect.poll(async () => codeOf(await stream())).toEqual([409, 'idempotency_conflict'])
    expect(await customer.account()).toMatchObject({ balance, held: 0n })
  })
})
