import { eq, sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseUsd } from '#lib/money/decimal.ts'
import { addressHandler } from '#services/alerts/index.ts'
import { openAccount } from '#services/credits/index.ts'
import { withActor } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import {
  alertChannels,
  alertDeliveries,
  alerts,
  paymentMethods,
  purchases,
} from '#services/platform/db/schema/index.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { getAutoRefill, planRefills, setAutoRefill } from '#services/refills/index.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'

let opened: TestContext
let now: Date
const STRIPE = {
  STRIPE_SECRET_KEY: 'sk_test_123',
  STRIPE_PUBLISHABLE_KEY: 'pk_test_123',
  STRIPE_WEBHOOK_SECRET: 'whsec_of_tests',
}

beforeEach(async () => {
  now = new Date('2026-11-21T12:00:00Z')
  opened = await createTestContext({ clock: () => now, variables: { ...STRIPE, LOG_LEVEL: 'silent' } })
})
afterEach(() => opened[Symbol.asyncDispose]())

/** An account with an order whose payment was refused; what looks at it next pauses it. */
async function refusedOrder(subject: string) {
  const { ctx } = opened
  const { id } = await openAccount(ctx, { subject })
  const holder = withActor(ctx, { kind: 'account', accountId: id, via: 'session' })
  await setAutoRefill(holder, { threshold: parseUsd('10'), cents: 2_000 })
  const method = { accountId: id, customerId: `cus_${id}`, paymentMethodId: 'pm_kept', updatedAt: now }
  await ctx.db.insert(paymentMethods).values(method)
  await planRefills(ctx)
  await ctx.db.update(purchases).set({ status: 'failed' }).where(eq(purchases.accountId, id))
  now = new Date('2026-11-22T12:00:00Z')
  return { id, state: () => getAutoRefill(holder) }
}
const told = () => opened.ctx.db.select().from(alerts)
const newAddress = () => `0x${randomHex(8)}`

test('a pause is told to the account’s wallet, and goes to its channels', async () => {
  const { ctx } = opened
  const address = newAddress()
  const { id } = await refusedOrder(`flow:${address}`)
  const channel = { id: 'channel', deploymentId: ctx.deploymentId, audience: address, kind: 'email' } as const
  await ctx.db.insert(alertChannels).values({ ...channel, target: 'a@b.example', createdAt: now, confirmedAt: now })
  await Promise.all([planRefills(ctx), planRefills(ctx)])
  await planRefills(ctx)
  expect(await told()).toMatchObject([
    {
      kind: 'refill_paused',
      audience: address,
      account: `credits:${id}`,
      sentence:
        'Auto-refill is paused: the last payment failed. Nothing is bought until you set it up again under Credits.',
    },
  ])
  await dispatchOutbox(ctx, addressHandler)
  expect(await ctx.db.select().from(alertDeliveries)).toMatchObject([{ channelId: 'channel', status: 'pending' }])
})

test('of an account that is no wallet’s the operator is told', async () => {
  const { id } = await refusedOrder('oidc:https://issuer.example|user-1')
  await planRefills(opened.ctx)
  expect(await told()).toMatchObject([{ audience: 'operator', sentence: expect.stringContaining(id) }])
})

test('a pause whose alert can’t be written is none: the next look pauses and tells', async () => {
  const { ctx } = opened
  const { state } = await refusedOrder(`flow:${newAddress()}`)
  await ctx.db.execute(sql`alter table alerts add constraint planted check (kind <> 'refill_paused')`)
  await expect(planRefills(ctx)).rejects.toMatchObject({ cause: { constraint: 'planted' } })
  expect([await state(), await told()]).toMatchObject([{ status: 'active' }, []])
  await ctx.db.execute(sql`alter table alerts drop constraint planted`)
  await planRefills(ctx)
  expect([await state(), await told()]).toMatchObject([{ status: 'paused' }, [{ kind: 'refill_paused' }]])
})
