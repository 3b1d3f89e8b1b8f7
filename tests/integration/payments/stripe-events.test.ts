import { eq, sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Stripe } from 'stripe'
import { centsToUsd } from '#lib/payments/cents.ts'
import { createStripeClient, type StripeClient } from '#services/clients/stripe/index.ts'
import { getAccount, openAccount } from '#services/credits/index.ts'
import { startPurchase, takeEvent } from '#services/payments/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { createLogger } from '#services/platform/logger.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { purchases, stripeEvents } from '#services/platform/db/schema/index.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'

const SECRET = 'whsec_of_tests'
const settings = { secretKey: 'sk_test_123', webhookSecret: SECRET, apiUrl: 'http://127.0.0.1:1' }
const signer = new Stripe('sk_test_123')

let opened: TestContext
let ctx: ServiceContext
let stripe: StripeClient
beforeAll(async () => {
  opened = await createTestContext()
  ctx = opened.ctx
  stripe = createStripeClient(settings)
})
afterEach(() => expectBooksBalance(ctx))
afterAll(() => opened[Symbol.asyncDispose]())

interface Told {
  id: string
  type: string
  object: Record<string, unknown>
}

async function tell({ id, type, object }: Told, to = ctx) {
  const body = JSON.stringify({ id, object: 'event', type, data: { object } })
  const signature = signer.webhooks.generateTestHeaderString({ payload: body, secret: SECRET })
  return takeEvent(to, stripe, { body, signature })
}

/** What is logged of an event, with its level: 40 is a warning, 50 an alarm. */
async function linesOf(event: Told): Promise<unknown[]> {
  const lines: string[] = []
  const log = createLogger({ level: 'info', name: 'test', secrets: [], write: (line) => void lines.push(line) })
  await tell(event, { ...ctx, log })
  return lines.map((line) => JSON.parse(line) as unknown)
}

/** A purchase that was started, without asking Stripe. */
async function newPurchase(cents = 1_000) {
  const subject = `flow:${randomHex(8)}`
  const account = await openAccount(ctx, { subject })
  const id = `pur_${randomHex(8)}`
  const now = new Date()
  await ctx.db.insert(purchases).values({
    id,
    accountId: account.id,
    requestKey: id,
    method: 'checkout',
    cents,
    status: 'created',
    createdAt: now,
    updatedAt: now,
  })
  const pi = `pi_${id}`
  const metadata = { purchase_id: id }
  const event = (type: string, object: Record<string, unknown>): Told => ({ id: `evt_${randomHex(8)}`, type, object })
  const session = (type: string, payment_status: string, more = {}): Told =>
    event(`checkout.session.${type}`, {
      id: `cs_${id}`,
      payment_status,
      payment_intent: pi,
      amount_total: cents,
      currency: 'usd',
      metadata,
      ...more,
    })
  const intent = (more = {}): Told =>
    event('payment_intent.succeeded', { id: pi, amount_received: cents, currency: 'usd', metadata, ...more })
  const refund = (type: string, status: string, amount = cents, refundId = `re_${id}`): Told =>
    event(`refund.${type}`, { id: refundId, amount, currency: 'usd', status, payment_intent: pi })
  const dispute = (type: string, more = {}): Told =>
    event(`charge.dispute.${type}`, { id: `dp_${id}`, amount: cents, currency: 'usd', payment_intent: pi, ...more })
  /** Of older versions of Stripe's API: the charge with all of its refunds. */
  const refundedCharge = (...amounts: number[]): Told =>
    event('charge.refunded', {
      id: `ch_${id}`,
      payment_intent: pi,
      refunds: { data: amounts.map((amount, n) => refund('updated', 'succeeded', amount, `re_${id}_${n}`).object) },
    })
  const balance = async () => {
    const { balance: has, receivable } = await getAccount(ctx, { subject })
    return has - receivable
  }
  return { id, pi, event, session, intent, refund, refundedCharge, dispute, balance, subject }
}

const outcomeOf = async ({ id }: Told) =>
  (await ctx.db.select().from(stripeEvents).where(eq(stripeEvents.id, id)))[0]?.outcome

describe('a payment', () => {
  test('credits once, though session and intent both tell of it, five times each, shuffled and at once', async () => {
    const { session, intent, balance } = await newPurchase()
    const told = [session('completed', 'paid'), intent(), session('async_payment_succeeded', 'paid')]
    const deliveries = told.flatMap((event) => [event, event, event, event, event]).sort(() => Math.random() - 0.5)
    await Promise.all(deliveries.map((event) => tell(event)))
    expect(await balance()).toBe(centsToUsd(1_000n))
  })

  test('by a delayed method is credited when the money is there, not before', async () => {
    const { session, balance, id } = await newPurchase()
    await tell(session('completed', 'unpaid'))
    expect(await balance()).toBe(0n)
    const status = async () => (await ctx.db.select().from(purchases).where(eq(purchases.id, id)))[0]?.status
    expect(await status()).toBe('pending')
    await tell(session('async_payment_succeeded', 'paid'))
    await tell(session('async_payment_failed', 'unpaid'))
    expect([await balance(), await status()]).toEqual([centsToUsd(1_000n), 'paid'])
  })

  test.each([
    ['of another amount', { amount_total: 1 }],
    ['in another currency', { currency: 'jpy' }],
    ['for nothing that we sold', { metadata: { purchase_id: 'pur_of_nobody' } }],
    ['without our mark', { metadata: null }],
  ])('%s credits nothing and is left for an operator', async (_name, more) => {
    const { session, balance } = await newPurchase()
    const event = session('completed', 'paid', more)
    await tell(event)
    expect(await balance()).toBe(0n)
    expect(await outcomeOf(event)).toBe('refused')
  })

  test('that comes a second time for one purchase is not credited', async () => {
    const { session, intent, balance } = await newPurchase()
    await tell(session('completed', 'paid'))
    const second = intent({ id: 'pi_another' })
    await tell(second)
    expect(await balance()).toBe(centsToUsd(1_000n))
    expect(await outcomeOf(second)).toBe('refused')
  })
})

describe('money that went back', () => {
  test('is taken once, whichever of Stripe’s events tell of it', async () => {
    const { intent, refund, refundedCharge, dispute, balance, id } = await newPurchase()
    const told = [
      intent(),
      refundedCharge(200),
      refundedCharge(200, 100),
      refund('created', 'succeeded', 200, `re_${id}_0`),
      dispute('created', { amount: 400, status: 'needs_response' }),
      dispute('closed', { amount: 400, status: 'lost' }),
      dispute('funds_withdrawn', { amount: 400 }),
    ]
    await Promise.all(told.sort(() => Math.random() - 0.5).map((event) => tell(event)))
    expect(await balance()).toBe(centsToUsd(300n))
  })

  test('and that Stripe tells without the refunds is left for an operator', async () => {
    const { intent, event, pi, balance } = await newPurchase()
    await tell(intent())
    const bare = event('charge.refunded', { id: 'ch_1', payment_intent: pi, amount_refunded: 500 })
    await tell(bare)
    expect([await outcomeOf(bare), await balance()]).toEqual(['refused', centsToUsd(1_000n)])
  })

  test('takes nothing while a dispute is open, or once it is won', async () => {
    const { intent, dispute, balance } = await newPurchase()
    for (const event of [intent(), dispute('created'), dispute('closed', { status: 'won' })]) await tell(event)
    expect(await balance()).toBe(centsToUsd(1_000n))
  })

  test('takes the credits back in any order of the events, each told five times', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(1_000)), fc.boolean(), async (order, wins) => {
        const { session, intent, refund, dispute, balance } = await newPurchase()
        const told = [
          session('completed', 'paid'),
          intent(),
          refund('created', 'pending', 300),
          refund('updated', 'succeeded', 300),
          dispute('funds_withdrawn'),
          ...(wins ? [dispute('funds_reinstated')] : []),
        ]
        const deliveries = told
          .flatMap((event) => [event, event, event, event, event])
          .map((event) => ({ event, key: order.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
        await Promise.all(deliveries.map(({ event }) => tell(event)))
        const returned = 300n + (wins ? 0n : 1_000n)
        expect(await balance()).toBe(1_000n * 1_000_000n - returned * 1_000_000n)
        await expectBooksBalance(ctx)
      }),
      { numRuns: 25 },
    )
  })

  test('and came again after a refund failed gives the credits again, whichever is heard first', async () => {
    for (const failedFirst of [true, false]) {
      const { intent, refund, balance } = await newPurchase()
      await tell(intent())
      const events = [refund('created', 'succeeded'), refund('failed', 'failed')]
      for (const event of failedFirst ? events.toReversed() : events) await tell(event)
      expect(await balance()).toBe(centsToUsd(1_000n))
    }
  })

  test('before its payment is known waits for it', async () => {
    const { intent, refund, balance } = await newPurchase()
    const early = refund('created', 'succeeded', 400)
    expect(await tell(early)).toEqual({ outcome: 'waits' })
    await tell(intent())
    expect(await balance()).toBe(centsToUsd(600n))
    expect(await outcomeOf(early)).toBe('applied')
  })

  test('before its payment is known warns nobody out of bed; what can’t be understood does', async () => {
    const { pi, refund, session, dispute } = await newPurchase()
    for (const early of [refund('created', 'succeeded'), dispute('funds_withdrawn')]) {
      expect(await linesOf(early)).toMatchObject([{ level: 40, event: early.id, paymentIntentId: pi }])
    }
    expect(await linesOf(session('completed', 'paid', { amount_total: 1 }))).toMatchObject([{ level: 50 }])
  })
})

describe('an event', () => {
  test('without Stripe’s signature, altered, or signed long ago is refused', async () => {
    const { intent, balance } = await newPurchase()
    const { id, type, object } = intent()
    const body = JSON.stringify({ id, object: 'event', type, data: { object } })
    const sign = (secret: string, timestamp?: number) =>
      signer.webhooks.generateTestHeaderString({ payload: body, secret, ...(timestamp ? { timestamp } : {}) })
    const old = Math.floor(Date.now() / 1000) - 600
    for (const signature of ['', 't=1,v1=00', sign('whsec_other'), sign(SECRET, old)]) {
      await expect(takeEvent(ctx, stripe, { body, signature })).rejects.toMatchObject({ code: 'signature_invalid' })
    }
    const altered = body.replace('1000', '9000')
    await expect(takeEvent(ctx, stripe, { body: altered, signature: sign(SECRET) })).rejects.toMatchObject({
      code: 'signature_invalid',
    })
    expect(await balance()).toBe(0n)
  })

  test('that is cut off between its effects and its note leaves neither, and works when it comes again', async () => {
    const { intent, balance } = await newPurchase()
    const event = intent()
    await ctx.db.execute(sql`alter table stripe_events add constraint cut_off check (outcome <> 'applied') not valid`)
    await expect(tell(event)).rejects.toThrow(/stripe_events/)
    expect([await balance(), await outcomeOf(event)]).toEqual([0n, undefined])
    await ctx.db.execute(sql`alter table stripe_events drop constraint cut_off`)
    await tell(event)
    expect(await balance()).toBe(centsToUsd(1_000n))
  })

  test('that Stripe documents otherwise is kept for an operator, one that we don’t use is ignored', async () => {
    const { event } = await newPurchase()
    const odd = event('payment_intent.succeeded', { id: 5 })
    await tell(odd)
    expect(await outcomeOf(odd)).toBe('refused')
    expect(await tell(event('customer.created', { id: 'cus_1' }))).toEqual({ outcome: 'ignored' })
    expect(await tell(event('toString', {}))).toEqual({ outcome: 'ignored' })
  })
})

test('Stripe that does not answer costs the buyer nothing and says to try again', async () => {
  const account = await openAccount(ctx, { subject: `flow:${randomHex(8)}` })
  const start = {
    accountId: account.id,
    requestKey: 'one',
    cents: 1_000,
    method: 'checkout' as const,
    saveMethod: false,
  }
  await expect(startPurchase(ctx, stripe, start)).rejects.toMatchObject({ code: 'payment_unavailable' })
  await expect(startPurchase(ctx, stripe, { ...start, cents: 2_000 })).rejects.toMatchObject({
    code: 'idempotency_conflict',
  })
})
