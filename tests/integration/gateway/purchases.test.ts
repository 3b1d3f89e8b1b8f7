import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { randomHex } from '#services/platform/crypto/random.ts'
import { purchases } from '#services/platform/db/schema/index.ts'
import { type AccountWorld, openAccountWorld } from '#tests/support/account-world.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'
import { openStripeGate, type StripeGate } from '#tests/support/stripe-gate.ts'

let world: AccountWorld
let gate: StripeGate
let mine: Awaited<ReturnType<AccountWorld['wallet']>>
const once = () => ({ 'idempotency-key': randomHex(8) })

beforeAll(async () => {
  gate = await openStripeGate()
  world = await openAccountWorld({
    STRIPE_SECRET_KEY: 'sk_test_123',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_123',
    STRIPE_WEBHOOK_SECRET: 'whsec_of_tests',
    STRIPE_API_URL: gate.url,
  })
})
beforeEach(async () => {
  mine = await world.wallet()
})
afterEach(() => expectBooksBalance(world.ctx))
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await gate[Symbol.asyncDispose]()
})

describe('a purchase', () => {
  const buy = (body: unknown, headers: Record<string, string> = once()) =>
    world.ask(mine.headers, '/credits/purchase', { method: 'POST', body, headers })

  test('is begun at Stripe once a request, with the amount that the server decides', async () => {
    const key = once()
    const answers = await Promise.all([buy({ amount_usd: '25' }, key), buy({ amount_usd: '25.00' }, key)])
    expect(answers.map(({ status }) => status)).toEqual([201, 201])
    const [first, second] = answers
    expect(first?.body).toMatchObject({ url: expect.stringMatching(/^https:/), publishable_key: 'pk_test_123' })
    expect(second?.body['purchase_id']).toBe(first?.body['purchase_id'])
    const id = String(first?.body['purchase_id'])
    const made = gate.made('/v1/checkout/sessions').filter((call) => call.key === id)
    expect(made).toHaveLength(1)
    expect(made[0]?.params).toMatchObject({ 'line_items[0][price_data][unit_amount]': '2500', mode: 'payment' })
    expect((await world.ask(mine.headers, `/credits/purchases/${id}`)).body).toMatchObject({
      status: 'created',
      amount_usd: '25.00000000',
      method: 'checkout',
    })
    const conflict = await buy({ amount_usd: '26' }, key)
    expect(conflict).toMatchObject({ status: 409, body: { error: { code: 'idempotency_conflict' } } })
    const other = await world.wallet()
    expect((await world.ask(other.headers, `/credits/purchases/${id}`)).status).toBe(404)
  })

  test('by the payment form has a secret for the buyer alone', async () => {
    const { status, body } = await buy({ amount_usd: '5', method: 'element' })
    expect([status, body['url']]).toEqual([201, null])
    expect(String(body['client_secret'])).toMatch(/_secret_/)
    const shown = await world.ask(mine.headers, `/credits/purchases/${String(body['purchase_id'])}`)
    expect(JSON.stringify(shown.body)).not.toContain('secret')
  })

  test('that Stripe didn’t answer may be asked for again, and is the same', async () => {
    const key = once()
    gate.fault = 'unavailable'
    expect(await buy({ amount_usd: '7' }, key)).toMatchObject({
      status: 503,
      body: { error: { code: 'payment_unavailable' } },
    })
    gate.fault = 'none'
    expect((await buy({ amount_usd: '7' }, key)).status).toBe(201)
    const rows = await world.ctx.db.select().from(purchases).where(eq(purchases.accountId, mine.id))
    expect(rows).toHaveLength(1)
  })

  test.each([
    [{}, 'amount_usd'],
    [{ amount_usd: 10 }, 'amount_usd'],
    [{ amount_usd: '4.99' }, 'amount_usd'],
    [{ amount_usd: '1e9' }, 'amount_usd'],
    [{ amount_usd: '' }, 'amount_usd'],
    [{ amount_usd: '1000.01' }, 'amount_usd'],
    [{ amount_usd: '10.005' }, 'amount_usd'],
    [{ amount_usd: '10', method: 'cash' }, 'method'],
    [{ amount_usd: '10', save_method: 'yes' }, 'save_method'],
  ])('%j is refused with the field at fault', async (body, param) => {
    expect(await buy(body)).toMatchObject({ status: 400, body: { error: { param } } })
  })

  test('needs the id of its request', async () => {
    for (const headers of [{}, { 'idempotency-key': 'a b' }, { 'idempotency-key': 'x'.repeat(201) }]) {
      expect((await buy({ amount_usd: '10' }, headers)).body).toMatchObject({ error: { param: 'Idempotency-Key' } })
    }
  })
})
