import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createLitellmClient } from '#services/clients/litellm/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { outbox, reconciliationRuns } from '#services/platform/db/schema/index.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import {
  getReconciliation,
  listReconciliations,
  reconcileCommand,
  reconcileNightly,
  reconciliationHandler,
  requestReconciliation,
} from '#services/reconciliation/index.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { useLitellm } from '#tests/support/stack.ts'
import { giveKey } from '#tests/support/usage-events.ts'

let world: ChainWorld
let opened: TestContext
let ctx: ServiceContext

beforeAll(async () => {
  world = await openChainWorld()
  const { url, masterKey } = await useLitellm()
  opened = await createTestContext({
    chain: world.chain,
    litellm: createLitellmClient({ url, masterKey }),
    variables: { LOG_LEVEL: 'silent' },
  })
  ctx = opened.ctx
  await giveKey(ctx, 1n)
})
afterAll(() => opened[Symbol.asyncDispose]())
beforeEach(async () => {
  await ctx.db.delete(reconciliationRuns)
  await ctx.db.delete(outbox)
})

const at = (instant: string): ServiceContext => ({ ...ctx, clock: () => new Date(instant) })
const runs = () =>
  ctx.db
    .select()
    .from(reconciliationRuns)
    .where(eq(reconciliationRuns.trigger, 'nightly'))
    .orderBy(reconciliationRuns.lastDay)
/** Carries out what is decided, however late. */
async function carryOut(by: ServiceContext): Promise<void> {
  while ((await dispatchOutbox(by, reconciliationHandler)) > 0) await ctx.db.update(outbox).set({ runAt: new Date(0) })
}

test('the day before is compared once, from the hour of the setting on, whoever asks', async () => {
  expect(await reconcileNightly(at('2026-11-20T02:59:59Z'))).toBe(false)
  const atMidnight = { ...ctx.env, oracle: { ...ctx.env.oracle, reconcileHour: 0 } }
  expect(await reconcileNightly({ ...at('2026-11-20T00:14:59Z'), env: atMidnight })).toBe(false)
  expect(await Promise.all([1, 2, 3].map(() => reconcileNightly(at('2026-11-20T03:00:00Z'))))).toContain(true)
  expect(await reconcileNightly(at('2026-11-20T23:00:00Z'))).toBe(false)
  expect(await runs()).toMatchObject([{ firstDay: '2026-11-19', lastDay: '2026-11-19', status: 'pending' }])
  await carryOut(ctx)
  expect(await runs()).toMatchObject([{ status: 'done', unexplained: 0, foreignCalls: 0 }])
})

test('nights that were missed are made up for, a month of them at most', async () => {
  await reconcileNightly(at('2026-11-10T04:00:00Z'))
  await reconcileNightly(at('2026-11-14T04:00:00Z'))
  await reconcileNightly(at('2027-03-01T04:00:00Z'))
  expect((await runs()).map(({ firstDay, lastDay }) => [firstDay, lastDay])).toEqual([
    ['2026-11-09', '2026-11-09'],
    ['2026-11-10', '2026-11-13'],
    ['2027-01-29', '2027-02-28'],
  ])
})

test('a run that was cut off is carried on, and given up only after many tries', async () => {
  await reconcileNightly(at('2026-11-20T04:00:00Z'))
  const dead = { ...ctx, litellm: createLitellmClient({ url: 'http://127.0.0.1:9', masterKey: 'sk-none' }) }
  await dispatchOutbox(dead, reconciliationHandler)
  expect(await runs()).toMatchObject([{ status: 'running', error: expect.stringContaining('LiteLLM') as string }])
  await ctx.db.update(outbox).set({ runAt: new Date(0) })
  await carryOut(ctx)
  expect(await runs()).toMatchObject([{ status: 'done', error: null }])
  await reconcileNightly(at('2026-11-21T04:00:00Z'))
  await carryOut(dead)
  expect((await runs()).at(-1)).toMatchObject({ status: 'failed' })
  await reconcileNightly(at('2026-11-22T04:00:00Z'))
  expect((await runs()).at(-1)).toMatchObject({ firstDay: '2026-11-20', lastDay: '2026-11-21' })
})

test('only the admin asks for one and sees what was found', async () => {
  const admin = withActor(ctx, { kind: 'user', address: world.accounts.admin.address })
  const asked = await requestReconciliation(admin, { from: '2026-11-01', to: '2026-11-02' })
  expect(asked).toMatchObject({ trigger: 'request', status: 'pending', requestedBy: world.accounts.admin.address })
  await carryOut(ctx)
  expect((await getReconciliation(admin, { runId: asked.id })).run).toMatchObject({ status: 'done', unexplained: 0 })
  expect((await listReconciliations(admin)).runs).toHaveLength(1)
  const customer = withActor(ctx, { kind: 'user', address: world.accounts.customer.address })
  await expect(listReconciliations(customer)).rejects.toMatchObject({ code: 'not_permitted' })
  await expect(getReconciliation(customer, { runId: asked.id })).rejects.toMatchObject({ code: 'not_permitted' })
  await expect(requestReconciliation(customer, { from: '2026-11-01', to: '2026-11-01' })).rejects.toMatchObject({
    code: 'not_permitted',
  })
})

test('a day that has not begun, a key of nobody and a misspelt day are refused', async () => {
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
  await expect(requestReconciliation(ctx, { from: tomorrow, to: tomorrow })).rejects.toMatchObject({
    code: 'invalid_request',
  })
  const keyHash = 'ab'.repeat(32)
  await expect(requestReconciliation(ctx, { from: '2026-11-01', to: '2026-11-01', keyHash })).rejects.toMatchObject({
    code: 'not_found',
  })
  for (const input of [
    { from: 'soon' },
    { from: '2026-11-02', to: '2026-11-01' },
    { from: '2026-01-01', to: '2026-11-01' },
  ]) {
    await expect(reconcileCommand(ctx, input)).rejects.toThrow('Usage: npm run reconcile')
  }
})

test('the command prints its table, and says that all is clear', async () => {
  const { text, isClear } = await reconcileCommand(ctx, { from: '2026-11-01', to: '2026-11-03' })
  expect(isClear).toBe(true)
  expect(text).toContain('2026-11-01 to 2026-11-03 (UTC)')
  expect(text).toContain('0 unexplained.')
})
