import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addressHandler, watchReminders } from '#services/alerts/index.ts'
import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { alerts, outbox } from '#services/platform/db/schema/index.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { createReadingHandler, planReadings } from '#services/settlement/index.ts'
import { oracleVariables } from '#tests/support/billed-vault.ts'
import { type ChainWorld, openChainWorld, signerOf } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'

let world: ChainWorld
let opened: TestContext
let ctx: ServiceContext
beforeAll(async () => {
  world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  opened = await createTestContext({ chain: world.chain, deploymentId, variables: oracleVariables(world) })
  ctx = opened.ctx
})
afterAll(() => opened[Symbol.asyncDispose]())

const told = () => ctx.db.select().from(alerts).where(eq(alerts.kind, 'top_up_needed'))

async function readAll(): Promise<void> {
  while (await watchReminders(ctx));
}

test("the chain's reminder reaches the owner once, with what is left", async () => {
  await readAll()
  const owner = await world.newWallet()
  const id = await world.openVault(owner, { deposit: '10.0' })
  const keyHash = await giveKey(ctx, id)
  await world.chain.send('owner/set_reminder', { vaultId: id, below: '9.90000000' }, signerOf(owner))
  const startedAt = new Date().toISOString()
  const call = usageEvent(keyHash, { inputTokens: '5000', outputTokens: '0', startedAt })
  await ingestEvents(ctx, { road: 'plugin', items: [{ raw: call }] })
  await planReadings(ctx)
  const handler = createReadingHandler()
  while ((await dispatchOutbox(ctx, handler)) > 0) await ctx.db.update(outbox).set({ runAt: new Date(0) })
  await Promise.all([readAll(), readAll()])
  await readAll()
  while ((await dispatchOutbox(ctx, addressHandler)) > 0);
  const all = await told()
  expect(all).toMatchObject([{ audience: owner.address, account: `vault:${id}`, data: { below: '9.90000000' } }])
  // 5,000 tokens of gpt-4 cost $0.15 at the fixed rate of 1.
  expect(all[0]?.data).toMatchObject({ free: '9.85000000' })
  expect(all[0]?.sentence).toContain('has 9.85 FLOW left')
})
