import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { and, eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pollHandler } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { deadLetters, events, polls } from '#services/platform/db/schema/index.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { createTestContext, TEST_SECRET, type TestContext } from '#tests/support/context.ts'
import { newCustomer } from '#tests/support/llm-calls.ts'
import { type MeteredLitellm, startMeteredLitellm } from '#tests/support/metered-litellm.ts'
import { type OracleServer, startOracleServer } from '#tests/support/oracle-server.ts'
import { giveKey } from '#tests/support/usage-events.ts'

let opened: TestContext
let ctx: ServiceContext
let oracle: OracleServer
let proxy: MeteredLitellm

beforeAll(async () => {
  opened = await createTestContext({ variables: { POLL_LAG: '60000' } })
  oracle = await startOracleServer(() => ctx)
  // The plug-in's own deliveries lead nowhere: what arrives came by LiteLLM's stock callback.
  const nowhere = { url: 'http://127.0.0.1:9/webhook/usage', secret: TEST_SECRET }
  proxy = await startMeteredLitellm(nowhere, [], { stockCallback: { url: `${oracle.url}/webhook/usage` } })
  ctx = { ...opened.ctx, litellm: proxy.client }
})
afterAll(async () => {
  await proxy?.close()
  await oracle?.close()
  await opened?.[Symbol.asyncDispose]()
})

test("LiteLLM's stock callback starts polls that find each call once; no text of it is kept", async () => {
  const [ours, stranger] = [await newCustomer(proxy.url, proxy.client), await newCustomer(proxy.url, proxy.client)]
  await giveKey(ctx, 7n, ours.hash)
  const planted = `planted-${randomBytes(6).toString('hex')}`
  const messages = [{ role: 'user', content: planted }]
  for (let i = 0; i < 3; i += 1) expect((await ours.chat({ messages })).status).toBe(200)
  await stranger.chat({ messages })
  const ofVault = () => ctx.db.select().from(events).where(eq(events.vaultId, 7n))
  const isStranger = and(eq(deadLetters.road, 'generic_api'), eq(deadLetters.reason, 'unknown_key'))
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(300)) {
    await dispatchOutbox(ctx, pollHandler)
    if ((await ofVault()).length === 3 && (await ctx.db.$count(deadLetters, isStranger)) > 0) break
  }
  expect((await ofVault()).map(({ road, status }) => [road, status])).toEqual(
    Array.from({ length: 3 }, () => ['poll', 'success']),
  )
  const asked = await ctx.db.select().from(polls)
  expect(asked.length).toBeGreaterThan(0)
  for (const poll of asked) expect(poll).toMatchObject({ vaultId: 7n, reason: 'generic_api' })
  const letters = await ctx.db.select({ payload: deadLetters.payload }).from(deadLetters).where(isStranger)
  expect(letters).toEqual([{ payload: { keyHash: stranger.hash } }])
  const tables = await ctx.db.execute('select * from dead_letters union all select * from dead_letters')
  expect(JSON.stringify(tables.rows)).not.toContain(planted)
})
