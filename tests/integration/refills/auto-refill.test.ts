import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import type { StripeClient } from '#services/clients/stripe/index.ts'
import { createHoldWriter, creditPurchase, getAccount, openAccount, takeBackPayment } from '#services/credits/index.ts'
import { startPurchase } from '#services/payments/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { alerts, outbox, purchases } from '#services/platform/db/schema/index.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { createRefillHandler, getAutoRefill, planRefills, setAutoRefill } from '#services/refills/index.ts'
import { contextOn } from '#tests/support/context.ts'
import { openStripeContext, type StripeContext } from '#tests/support/stripe-context.ts'
import type { StripeGate } from '#tests/support/stripe-gate.ts'

const INTENTS = '/v1/payment_intents'
const HOUR_MS = 3_600_000

let opened: StripeContext
let ctx: ServiceContext
let holder: ServiceContext
let gate: StripeGate
let handler: ReturnType<typeof createRefillHandler>
let stripe: StripeClient
let now: Date
let accountId: string
let subject: string

beforeEach(async () => {
  now = new Date('2026-11-21T12:00:00Z')
  opened = await openStripeContext(() => now)
  ;({ ctx, gate, stripe } = opened)
  handler = createRefillHandler()
  subject = `flow:0x${randomHex(8)}`
  accountId = (await openAccount(ctx, { subject })).id
  holder = withActor(ctx, { kind: 'account', accountId, via: 'session' })
})
afterEach(() => opened[Symbol.asyncDispose]())

const refills = () => ctx.db.select().from(purchases).where(eq(purchases.method, 'refill'))
const charges = () => gate.made(INTENTS).filter(({ params }) => params['off_session'] === 'true')
const balance = async () => (await getAccount(ctx, { subject })).balance
/** What was told, as somebody reads it. */
const told = () =>
  ctx.db.select({ kind: alerts.kind, audience: alerts.audience, sentence: alerts.sentence }).from(alerts)
const send = () => dispatchOutbox(ctx, handler)

/** Buys so many cents, and lets us keep the card. */
async function buyAndKeep(cents = 500): Promise<void> {
  const buying = { accountId, requestKey: randomHex(8), cents, method: 'element' as const, saveMethod: true }
  const { purchaseId, paymentIntentId } = await startPurchase(ctx, stripe, buying)
  const [customer] = gate.made('/v1/customers')
  expect(customer?.params).toEqual({ 'metadata[account_id]': accountId })
  const made = gate.calls.find(({ path, key }) => path === INTENTS && key === purchaseId)
  expect(made?.params).toMatchObject({ setup_future_usage: 'off_session', 'metadata[purchase_id]': purchaseId })
  await opened.tell('payment_intent.succeeded', {
    id: paymentIntentId,
    amount_received: cents,
    currency: 'usd',
    metadata: { purchase_id: purchaseId },
    customer: made?.params['customer'],
    payment_method: 'pm_kept',
    setup_future_usage: 'off_session',
  })
}

const order = (more = {}) => setAutoRefill(holder, { threshold: parseUsd('10'), cents: 2_000, ...more })

/** Stripe tells that the newest refill was paid. */
async function pay(): Promise<void> {
  const [refill] = (await refills()).filter(({ status }) => status === 'pending' || status === 'created')
  await opened.tell('payment_intent.succeeded', {
    id: refill?.paymentIntentId ?? `pi_${refill?.id}`,
    amount_received: refill?.cents,
    currency: 'usd',
    metadata: { purchase_id: refill?.id },
    customer: null,
    payment_method: 'pm_kept',
  })
}

describe('an account that is low', () => {
  test('is charged once by the kept card, and credited when Stripe says that it was paid', async () => {
    await buyAndKeep()
    await order()
    expect([await planRefills(ctx), await send()]).toEqual([1, 1])
    expect(charges()).toHaveLength(1)
    expect(charges()[0]?.params).toMatchObject({
      amount: '2000',
      currency: 'usd',
      payment_method: 'pm_kept',
      confirm: 'true',
    })
    expect([await balance(), await getAutoRefill(holder)]).toMatchObject([parseUsd('5'), { status: 'waiting' }])
    await pay()
    await pay().catch(() => undefined)
    expect(await balance()).toBe(parseUsd('25'))
    expect(await getAutoRefill(holder)).toMatchObject({
      status: 'active',
      nextAllowedAt: new Date('2026-11-22T00:00:00Z'),
    })
  })

  test('is charged at most once a UTC day, however low it stays', async () => {
    await buyAndKeep()
    await order({ threshold: parseUsd('900') })
    const days = ['2026-11-21T12:00:00Z', '2026-11-21T23:59:59Z', '2026-11-22T00:00:00Z', '2026-11-22T18:00:00Z']
    const planned = []
    for (const day of days) {
      now = new Date(day)
      planned.push(await planRefills(ctx))
      if (planned.at(-1) === 0) continue
      await send()
      await pay()
    }
    expect(planned).toEqual([1, 0, 1, 0])
    expect(charges()).toHaveLength(2)
    expect(await balance()).toBe(parseUsd('45'))
  })

  test('is low by what is usable: what requests hold can’t be spent', async () => {
    await buyAndKeep()
    await order({ threshold: parseUsd('5') })
    expect(await planRefills(ctx)).toBe(0)
    const expiresAt = new Date(now.getTime() + HOUR_MS)
    await createHoldWriter(ctx).place({ id: 'open', accountId, amount: usd(1n), expiresAt, facts: {} })
    expect(await planRefills(ctx)).toBe(1)
  })

  test('is charged once by many workers at once, each with its own connections', async () => {
    await buyAndKeep()
    await order()
    const url = opened.variables['DATABASE_URL'] ?? ''
    const workers = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        contextOn(url, { clock: () => now, variables: opened.variables, deploymentId: `worker-${i}` }),
      ),
    )
    const planned = await Promise.all(workers.flatMap((worker) => [planRefills(worker.ctx), planRefills(worker.ctx)]))
    expect(planned.reduce((sum, count) => sum + count, 0)).toBe(1)
    await Promise.all(workers.map((worker) => dispatchOutbox(worker.ctx, createRefillHandler())))
    expect(charges()).toHaveLength(1)
    await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()))
  })

  test('is not charged the next day while a payment of the day before is under way', async () => {
    await buyAndKeep()
    await order()
    await planRefills(ctx)
    await send()
    now = new Date('2026-11-22T12:00:00Z')
    expect(await planRefills(ctx)).toBe(0)
    await pay()
    await takeBackPayment(ctx, { returnId: 'r', accountId, to: 'stripe', why: 'refund', amount: usd(1n), facts: {} })
    expect(await planRefills(ctx)).toBe(0)
    await order({ threshold: parseUsd('100') })
    expect(await planRefills(ctx)).toBe(1)
  })

  test('is left alone without an order, without a kept card, and while it is frozen', async () => {
    await order()
    expect([await planRefills(ctx), await getAutoRefill(holder)]).toMatchObject([0, { status: 'needs_method' }])
    await buyAndKeep()
    await setAutoRefill(holder, null)
    expect([await planRefills(ctx), await getAutoRefill(holder)]).toEqual([0, null])
    await order()
    const dispute = {
      returnId: 'd',
      accountId,
      to: 'stripe',
      why: 'dispute',
      amount: parseUsd('50'),
      facts: {},
    } as const
    await takeBackPayment(ctx, dispute)
    expect(await planRefills(ctx)).toBe(0)
    await creditPurchase(ctx, { paymentId: 'p', accountId, from: 'flow', amount: parseUsd('50'), facts: {} })
    expect(await planRefills(ctx)).toBe(1)
  })
})

describe('a worker that is cut off', () => {
  /** The outbox hands a message out again after its wait. */
  const later = (ms = 120_000) => void (now = new Date(now.getTime() + ms))

  test('after Stripe took the charge, before it was noted, makes no second one', async () => {
    await buyAndKeep()
    await order()
    await planRefills(ctx)
    gate.fault = 'lost-answer'
    await send()
    gate.fault = 'none'
    expect((await refills())[0]).toMatchObject({ status: 'created', paymentIntentId: null })
    later()
    await send()
    expect(gate.calls.filter(({ params }) => params['off_session']).length).toBeGreaterThan(1)
    expect(charges()).toHaveLength(1)
    await pay()
    expect(await balance()).toBe(parseUsd('25'))
  })

  test('would make a second one at a Stripe that does not know its own keys again', async () => {
    await buyAndKeep()
    await order()
    await planRefills(ctx)
    gate.isForgetful = true
    gate.fault = 'lost-answer'
    await send()
    gate.fault = 'none'
    later()
    await send()
    expect(charges().length).toBeGreaterThan(1)
  })

  test('until Stripe’s event was faster than its note changes nothing of what is paid', async () => {
    await buyAndKeep()
    await order()
    await planRefills(ctx)
    gate.fault = 'lost-answer'
    await send()
    await pay()
    gate.fault = 'none'
    later()
    await send()
    expect((await refills())[0]?.status).toBe('paid')
    expect(await balance()).toBe(parseUsd('25'))
  })

  test('for so long that Stripe may have forgotten the charge does not send it again, and its holder is told', async () => {
    await buyAndKeep()
    await order()
    await planRefills(ctx)
    gate.fault = 'unavailable'
    await send()
    gate.fault = 'none'
    const before = gate.calls.length
    later(21 * HOUR_MS)
    await send()
    expect(gate.calls).toHaveLength(before)
    expect(await getAutoRefill(holder)).toMatchObject({
      status: 'paused',
      reason: 'the payment could not be sent in time',
    })
    expect(await told()).toMatchObject([{ audience: subject.slice(5) }])
  })

  test('between the refusal and the pause: the next look pauses', async () => {
    await buyAndKeep()
    await order()
    await planRefills(ctx)
    await ctx.db.update(purchases).set({ status: 'failed' }).where(eq(purchases.method, 'refill'))
    now = new Date('2026-11-22T12:00:00Z')
    expect([await planRefills(ctx), await getAutoRefill(holder)]).toMatchObject([0, { status: 'paused' }])
  })
})

test.each([
  ['card_declined', /declined/],
  ['authentication_required', /confirm/],
  ['expired_card', /expired/],
])('a card that is refused (%s) pauses the order until its holder sets it up again', async (declined, reason) => {
  await buyAndKeep()
  await order()
  await planRefills(ctx)
  gate.fault = { declined }
  await send()
  gate.fault = 'none'
  const paused = await getAutoRefill(holder)
  expect(paused).toMatchObject({ status: 'paused', reason: expect.stringMatching(reason) })
  expect((await ctx.db.select().from(outbox).where(eq(outbox.kind, 'refills.charge')))[0]?.doneAt).not.toBeNull()
  const notice = { kind: 'refill_paused', audience: subject.slice(5), sentence: expect.stringMatching(reason) }
  expect(await told()).toEqual([notice])
  now = new Date('2026-11-22T12:00:00Z')
  expect(await planRefills(ctx)).toBe(0)
  await order()
  expect(await planRefills(ctx)).toBe(1)
  gate.fault = { declined }
  await Promise.all([send(), send()])
  gate.fault = 'none'
  expect(await told()).toEqual([notice, notice])
})

test('only the holder orders, and only where Stripe is set up', async () => {
  const byKey = withActor(ctx, { kind: 'account', accountId, via: 'key' })
  await expect(setAutoRefill(byKey, null)).rejects.toMatchObject({ code: 'not_permitted' })
  const without = { ...holder, env: { ...holder.env, stripe: null } }
  await expect(setAutoRefill(without, { threshold: usd(1n), cents: 500 })).rejects.toMatchObject({
    code: 'not_configured',
  })
})
