import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { usd } from '#lib/money/units.ts'
import { createHoldWriter } from '#services/credits/index.ts'
import { createHoldSweeper } from '#services/gateway/index.ts'
import { decideReview } from '#services/gateway/reviews/decide-review.ts'
import { listReviews } from '#services/gateway/store.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'
import { cents, type CreditCustomer, type GatewayWorld, openGatewayWorld } from '#tests/support/gateway-world.ts'
import { tellOf } from '#tests/support/killed-gateway.ts'

let world: GatewayWorld
let customer: CreditCustomer

beforeAll(async () => {
  world = await openGatewayWorld()
})
beforeEach(async () => {
  customer = await world.customer(cents(100))
})
afterEach(() => expectBooksBalance(world.ctx))
afterAll(() => world[Symbol.asyncDispose]())

describe('usage that can’t be', () => {
  test('waits for a review, too, where nobody saw the request’s end and the sweeper finds it', async () => {
    world.upstream.plan = { ...world.upstream.plan, fault: 'cut' }
    const { headers } = await customer.chat({ max_tokens: 50 })
    world.upstream.plan = { ...world.upstream.plan, fault: null }
    const { rows } = await world.ctx.db.execute<{ key: string; held: string }>(
      sql`select facts->>'keyHash' as key, amount as held from credit_holds where account_id = ${customer.id}`,
    )
    const [{ key, held } = { key: '', held: '' }] = rows
    const call = world.upstream.heard.filter(
      (heard) => heard.headers['x-litellm-call-id'] === headers.get('x-request-id'),
    )
    await tellOf(world, call, key, { inputTokens: '10', outputTokens: '9000000' })
    const later = { ...world.ctx, clock: () => new Date(Date.now() + 3_600_000) }
    for (let i = 0; i < 2; i += 1) await createHoldSweeper()(later)
    expect(await customer.account()).toMatchObject({ balance: cents(100), held: BigInt(held) })
    const reviews = await listReviews(world.ctx.db, 100)
    expect(reviews.filter(({ accountId }) => accountId === customer.id)).toMatchObject([{ reason: 'above_hold' }])
  })
  const admin = (): ServiceContext => ({ ...world.ctx, actor: { kind: 'system', job: 'test' } })
  const reviewed = async (): Promise<string> => {
    world.upstream.plan = { ...world.upstream.plan, usage: { prompt_tokens: -5 } }
    const response = await customer.chat()
    const found = await listReviews(world.ctx.db, 100)
    return found.find(({ requestId }) => requestId === response.headers.get('x-request-id'))?.id ?? ''
  }
  test('is booked by the admin up to what is held, once', async () => {
    const id = await reviewed()
    const holds = createHoldWriter(world.ctx)
    const tooMuch = decideReview(admin(), holds, { id, amount: cents(100) })
    await expect(tooMuch).rejects.toMatchObject({ code: 'invalid_request' })
    expect(await decideReview(admin(), holds, { id, amount: usd(7n) })).toBe('booked')
    expect(await decideReview(admin(), holds, { id, amount: null })).toBe('booked')
    expect(await customer.account()).toMatchObject({ balance: cents(100) - 7n, held: 0n })
  })
  test('or freed, and by nobody else', async () => {
    const id = await reviewed()
    const holds = createHoldWriter(world.ctx)
    const stranger = { ...world.ctx, actor: { kind: 'account', accountId: customer.id, via: 'oidc' } as const }
    await expect(decideReview(stranger, holds, { id, amount: null })).rejects.toMatchObject({
      code: 'session_required',
    })
    expect(await decideReview(admin(), holds, { id, amount: null })).toBe('void')
    expect(await customer.account()).toMatchObject({ balance: cents(100), held: 0n })
  })
})
