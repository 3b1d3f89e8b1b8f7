import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseUsd } from '#lib/money/decimal.ts'
import { changeOwnTerms, getAccount, openAccount } from '#services/credits/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { alerts, paymentMethods, purchases } from '#services/platform/db/schema/index.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { createRefillHandler, getAutoRefill, planRefills, setAutoRefill } from '#services/refills/index.ts'
import { openStripeContext, type StripeContext } from '#tests/support/stripe-context.ts'
import type { StripeGate } from '#tests/support/stripe-gate.ts'

const HOUR_MS = 3_600_000
const subject = 'flow:0x0000000000000002'

let opened: StripeContext
let ctx: ServiceContext
let holder: ServiceContext
let gate: StripeGate
let now: Date

beforeEach(async () => {
  now = new Date('2026-11-21T12:00:00Z')
  opened = await openStripeContext(() => now)
  ;({ ctx, gate } = opened)
  const accountId = (await openAccount(ctx, { subject })).id
  const kept = { customerId: 'cus_1', paymentMethodId: 'pm_kept', updatedAt: now }
  await ctx.db.insert(paymentMethods).values({ accountId, ...kept })
  holder = withActor(ctx, { kind: 'account', accountId, via: 'session' })
})
afterEach(() => opened[Symbol.asyncDispose]())

const order = (cents: number) => setAutoRefill(holder, { threshold: parseUsd('10'), cents })
const refills = () => ctx.db.select().from(purchases).orderBy(purchases.createdAt)
const send = () => dispatchOutbox(ctx, createRefillHandler())
const after = (ms: number) => void (now = new Date(now.getTime() + ms))

/** Plans a refill of $20 that Stripe doesn't answer, and ends the order. */
async function endUnanswered(fault: 'unavailable' | 'lost-answer'): Promise<void> {
  await order(2_000)
  await planRefills(ctx)
  gate.fault = fault
  await send()
  gate.fault = 'none'
  await setAutoRefill(holder, null)
}

test('a refill that is planned when its order ends is not charged, and nobody is told of a failure', async () => {
  await endUnanswered('unavailable')
  const before = gate.calls.length
  after(HOUR_MS)
  await send()
  expect(gate.calls).toHaveLength(before)
  expect(await refills()).toMatchObject([{ status: 'failed' }])
  expect([await getAutoRefill(holder), await ctx.db.select().from(alerts)]).toEqual([null, []])
})

test('one that Stripe may have taken is not sent again, and is credited when Stripe says that it was paid', async () => {
  await endUnanswered('lost-answer')
  const before = gate.calls.length
  after(HOUR_MS)
  await send()
  expect(gate.calls).toHaveLength(before)
  const [refill] = await refills()
  const paid = { amount_received: 2_000, currency: 'usd', metadata: { purchase_id: refill?.id } }
  await opened.tell('payment_intent.succeeded', { id: 'pi_taken', ...paid })
  expect(await refills()).toMatchObject([{ status: 'paid', paymentIntentId: 'pi_taken' }])
  expect((await getAccount(ctx, { subject })).balance).toBe(parseUsd('20'))
})

test('an order that is given anew charges nothing of the one that ended', async () => {
  await endUnanswered('unavailable')
  const before = gate.calls.length
  after(HOUR_MS)
  await order(5_000)
  expect([await planRefills(ctx), await send()]).toMatchObject([0, 1])
  expect(gate.calls).toHaveLength(before)
  after(24 * HOUR_MS)
  expect([await planRefills(ctx), await send()]).toEqual([1, 1])
  expect(gate.calls.slice(before).map(({ params }) => params['amount'])).toEqual(['5000'])
})

test('an order that ends while workers plan leaves nothing that could be charged', async () => {
  await order(2_000)
  await Promise.all([planRefills(ctx), setAutoRefill(holder, null), planRefills(ctx)])
  await send()
  expect(gate.calls).toEqual([])
})

test('an order that changes with its account while a worker plans: one waits for the other, and neither fails', async () => {
  await order(2_000)
  const waiting = async () => {
    const { rows } = await ctx.db.execute(sql`
      select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
    return rows.length
  }
  const { planning } = await withTransaction(holder, async (tx) => {
    await changeOwnTerms(tx, { monthlyCap: parseUsd('100') })
    const planned = planRefills(ctx)
    await expect.poll(waiting).toBe(1)
    await setAutoRefill(tx, { threshold: parseUsd('10'), cents: 5_000 })
    return { planning: planned }
  })
  expect(await planning).toBe(1)
  await send()
  expect(gate.calls.at(-1)?.params['amount']).toBe('5000')
})
