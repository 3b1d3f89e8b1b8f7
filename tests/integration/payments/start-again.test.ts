import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseUsd } from '#lib/money/decimal.ts'
import type { StripeClient } from '#services/clients/stripe/index.ts'
import { getAccount, openAccount } from '#services/credits/index.ts'
import { startPurchase } from '#services/payments/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { purchases } from '#services/platform/db/schema/index.ts'
import { openStripeContext, type StripeContext } from '#tests/support/stripe-context.ts'
import type { StripeGate } from '#tests/support/stripe-gate.ts'

const HOUR_MS = 3_600_000
const subject = 'flow:0x0000000000000001'

let opened: StripeContext
let ctx: ServiceContext
let gate: StripeGate
let stripe: StripeClient
let now: Date
let accountId: string

beforeEach(async () => {
  now = new Date('2026-11-21T12:00:00Z')
  opened = await openStripeContext(() => now)
  ;({ ctx, gate, stripe } = opened)
  accountId = (await openAccount(ctx, { subject })).id
})
afterEach(() => opened[Symbol.asyncDispose]())

const buy = (method: 'element' | 'checkout' = 'element') =>
  startPurchase(ctx, stripe, { accountId, requestKey: 'one', cents: 500, method, saveMethod: false })
const row = async () => (await ctx.db.select().from(purchases))[0]
const balance = async () => (await getAccount(ctx, { subject })).balance

type Started = Awaited<ReturnType<typeof buy>>
const pay = ({ purchaseId, paymentIntentId }: Started) =>
  opened.tell('payment_intent.succeeded', {
    id: paymentIntentId ?? 'pi_of_session',
    amount_received: 500,
    currency: 'usd',
    metadata: { purchase_id: purchaseId },
  })
const disputed = (payment_intent: string | null) =>
  opened.tell('charge.dispute.funds_withdrawn', { id: 'dp_1', amount: 500, currency: 'usd', payment_intent })

describe('a request for a purchase that comes again', () => {
  test.each(['element', 'checkout'] as const)(
    'when it is paid (%s) asks Stripe for nothing, however late, and a dispute still takes the credits back',
    async (method) => {
      const first = await buy(method)
      await pay(first)
      const [asked, before] = [gate.calls.length, await row()]
      gate.isForgetful = true
      for (const hours of [0, 25]) {
        now = new Date(now.getTime() + hours * HOUR_MS)
        expect(await buy(method)).toMatchObject({ purchaseId: first.purchaseId, url: null, clientSecret: null })
      }
      expect([gate.calls.length, await row()]).toEqual([asked, before])
      expect(await disputed(before?.paymentIntentId ?? null)).toEqual({ outcome: 'applied' })
      expect(await balance()).toBe(0n)
    },
  )

  test('when Stripe may have forgotten it is refused, and its first payment stays the one that counts', async () => {
    const first = await buy()
    const asked = gate.calls.length
    now = new Date(now.getTime() + 20 * HOUR_MS)
    expect(await buy()).toEqual(first)
    now = new Date(now.getTime() + 1)
    await expect(buy()).rejects.toMatchObject({
      code: 'idempotency_conflict',
      message: expect.stringMatching(/too long ago/),
    })
    expect(gate.calls).toHaveLength(asked + 1)
    await pay(first)
    expect(await balance()).toBe(parseUsd('5'))
  })

  test('and gets another payment of Stripe keeps the first, which it was told of', async () => {
    const { purchaseId } = await buy()
    await ctx.db.update(purchases).set({ paymentIntentId: 'pi_first' }).where(eq(purchases.id, purchaseId))
    await expect(buy()).rejects.toMatchObject({ code: 'idempotency_conflict' })
    expect(await row()).toMatchObject({ paymentIntentId: 'pi_first' })
  })

  test('after its card was declined has the same payment to try again', async () => {
    const first = await buy()
    const { purchaseId: purchase_id, paymentIntentId: id } = first
    await opened.tell('payment_intent.payment_failed', {
      id,
      amount_received: 0,
      currency: 'usd',
      metadata: { purchase_id },
    })
    expect(await row()).toMatchObject({ status: 'failed' })
    expect(await buy()).toEqual(first)
  })
})
