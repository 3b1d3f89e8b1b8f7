import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { POST } from '#app/api/stripe/webhook/route.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import { getAccount, openAccount } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { purchases } from '#services/platform/db/schema/index.ts'
import { openChainWorld } from '#tests/support/chain-world.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'
import { signedEvent, type SignedEvent } from '#tests/support/stripe-events.ts'
import { openTestWeb } from '#tests/support/test-web.ts'

const SECRET = 'whsec_of_tests'
let ctx: ServiceContext

beforeAll(async () => {
  ctx = await openTestWeb(await openChainWorld(), {
    STRIPE_SECRET_KEY: 'sk_test_123',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_123',
    STRIPE_WEBHOOK_SECRET: SECRET,
    LOG_LEVEL: 'silent',
  })
})

const send = ({ body, signature }: Pick<SignedEvent, 'body' | 'signature'>) =>
  POST(
    new Request('http://localhost:3003/api/stripe/webhook', {
      method: 'POST',
      headers: { 'stripe-signature': signature, 'content-type': 'application/json' },
      body,
    }),
  )

async function newPurchase(cents = 1_000) {
  const subject = `flow:${randomHex(8)}`
  const { id: accountId } = await openAccount(ctx, { subject })
  const id = `pur_${randomHex(8)}`
  const now = new Date()
  const row = { id, accountId, requestKey: id, method: 'checkout', cents, status: 'created' } as const
  await ctx.db.insert(purchases).values({ ...row, createdAt: now, updatedAt: now })
  const metadata = { purchase_id: id }
  const intent = { id: `pi_${id}`, amount_received: cents, currency: 'usd', metadata }
  const session = {
    id: `cs_${id}`,
    payment_status: 'paid',
    payment_intent: `pi_${id}`,
    amount_total: cents,
    currency: 'usd',
    metadata,
  }
  return {
    paid: () => signedEvent(SECRET, 'payment_intent.succeeded', intent),
    completed: () => signedEvent(SECRET, 'checkout.session.completed', session),
    balance: async () => (await getAccount(ctx, { subject })).balance,
  }
}

describe('Stripe’s events', () => {
  test('each five times, shuffled and at once, credit once, and each is answered 200', async () => {
    const { paid, completed, balance } = await newPurchase()
    const deliveries = [paid(), completed()].flatMap((event) => [event, event, event, event, event])
    const answers = await Promise.all(deliveries.sort(() => Math.random() - 0.5).map(send))
    expect(answers.map(({ status }) => status)).toEqual(deliveries.map(() => 200))
    expect(await balance()).toBe(parseUsd('10'))
    await expectBooksBalance(ctx)
  })

  test('that are cut off half-way are answered 500, so that Stripe sends them again, and then credit once', async () => {
    const { paid, balance } = await newPurchase()
    const event = paid()
    await ctx.db.execute(sql`alter table stripe_events add constraint cut_off check (outcome <> 'applied') not valid`)
    expect((await send(event)).status).toBe(500)
    expect(await balance()).toBe(0n)
    await ctx.db.execute(sql`alter table stripe_events drop constraint cut_off`)
    expect([(await send(event)).status, (await send(event)).status]).toEqual([200, 200])
    expect(await balance()).toBe(parseUsd('10'))
  })

  test('that Stripe didn’t sign, or that were altered on the way, change nothing', async () => {
    const { paid, balance } = await newPurchase()
    const event = paid()
    const forged = { ...event, signature: signedEvent('whsec_other', 'x', {}).signature }
    const altered = { ...event, body: event.body.replace('1000', '9000') }
    const unsigned = { ...event, signature: '' }
    for (const each of [forged, altered, unsigned]) {
      const answer = await send(each)
      expect([answer.status, await answer.json()]).toMatchObject([401, { error: { code: 'signature_invalid' } }])
    }
    expect((await send({ body: 'x'.repeat(600_000), signature: event.signature })).status).toBe(413)
    expect(await balance()).toBe(0n)
  })
})
