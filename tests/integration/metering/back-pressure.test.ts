import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createIngestWriter } from '#services/metering/index.ts'
import { createOracleApp } from '#services/oracle/app.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { deadLetters, events } from '#services/platform/db/schema/index.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { signedHeaders } from '#tests/support/oracle-process.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'

let opened: TestContext
let ctx: ServiceContext
let app: ReturnType<typeof createOracleApp>
let keyHash: string
const vaultId = 7n

beforeAll(async () => {
  opened = await createTestContext({ variables: { INGEST_QUEUE: '50' } })
  ctx = opened.ctx
  app = createOracleApp({ ctx, ingest: createIngestWriter(ctx), workers: () => [] })
  keyHash = await giveKey(ctx, vaultId)
  await deliver(calls(1))
})
afterAll(() => opened[Symbol.asyncDispose]())
beforeEach(() => ctx.db.execute(sql`truncate events, event_identities, dead_letters cascade`))

const calls = (count: number, more = {}) => Array.from({ length: count }, () => usageEvent(keyHash, more))

async function deliver(batch: readonly unknown[]): Promise<Response> {
  const body = JSON.stringify({ source: 'flareflow-meter', version: 1, events: batch })
  return app.request('/webhook/usage', { method: 'POST', headers: signedHeaders(body), body })
}

/** Nothing of the vault can be written while the work runs. */
const whileBlocked = (work: () => Promise<void>): Promise<void> =>
  ctx.db.transaction(async (tx) => {
    await tx.execute(sql`select from meter_periods where vault_id = ${vaultId} for update`)
    await work()
  })

async function expectRefused(response: Response): Promise<void> {
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '1'])
  expect(await response.json()).toMatchObject({ error: { code: 'collector_busy' } })
}

test('a delivery that would wait behind too many is refused whole, and what waits is stored', async () => {
  const late = [...calls(20), { nothing: 'like an event' }]
  const taken: Promise<Response>[] = []
  await whileBlocked(async () => {
    taken.push(deliver(calls(20)), deliver(calls(20)))
    await expectRefused(await deliver(late))
    taken.push(deliver(calls(10)))
  })
  const answers = await Promise.all(taken)
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(await ctx.db.$count(events)).toBe(50)
  expect(await ctx.db.$count(deadLetters)).toBe(0)
  expect(await (await deliver(late)).json()).toMatchObject({ stored: 20, duplicates: 0, rejected: [{ index: 20 }] })
})

test('few events of many bytes are refused too', async () => {
  const heavy = { tags: Array.from({ length: 30 }, () => 'x'.repeat(5_000)) }
  const taken: Promise<Response>[] = []
  await whileBlocked(async () => {
    taken.push(deliver(calls(1)))
    await expectRefused(await deliver(calls(2, heavy)))
  })
  await Promise.all(taken)
  expect((await deliver(calls(2, heavy))).status).toBe(200)
})

test('a delivery larger than the queue is taken when nothing waits', async () => {
  expect(await (await deliver(calls(60))).json()).toMatchObject({ stored: 60 })
})

test('refusing a delivery leaves the room as it was', async () => {
  const taken: Promise<Response>[] = []
  await whileBlocked(async () => {
    taken.push(deliver(calls(30)))
    for (let i = 0; i < 5; i += 1) await expectRefused(await deliver(calls(30)))
  })
  await Promise.all(taken)
  expect(await (await deliver(calls(50))).json()).toMatchObject({ stored: 50 })
  expect(await ctx.db.$count(events)).toBe(80)
})
