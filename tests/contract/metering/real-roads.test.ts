import { setTimeout as sleep } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pollHandler, pollSpendLogs } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { deadLetters, events, meters, polls } from '#services/platform/db/schema/index.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { createTestContext, TEST_SECRET, type TestContext } from '#tests/support/context.ts'
import { type Customer, newCustomer } from '#tests/support/llm-calls.ts'
import { failingModel, type MeteredLitellm, startMeteredLitellm } from '#tests/support/metered-litellm.ts'
import { type OracleServer, startOracleServer } from '#tests/support/oracle-server.ts'
import { giveKey } from '#tests/support/usage-events.ts'

let opened: TestContext
let ctx: ServiceContext
let oracle: OracleServer
let proxy: MeteredLitellm
let nextVault = 1n

beforeAll(async () => {
  opened = await createTestContext({ variables: { POLL_LAG: '60000' } })
  oracle = await startOracleServer(() => ctx)
  proxy = await startMeteredLitellm({ url: `${oracle.url}/webhook/usage`, secret: TEST_SECRET })
  ctx = { ...opened.ctx, litellm: proxy.client }
})
afterAll(async () => {
  await proxy?.close()
  await oracle?.close()
  await opened?.[Symbol.asyncDispose]()
})

async function newVault(): Promise<{ vaultId: bigint; customer: Customer }> {
  const vaultId = nextVault++
  const customer = await newCustomer(proxy.url, proxy.client)
  await giveKey(ctx, vaultId, customer.hash)
  return { vaultId, customer }
}
const eventsOf = (vaultId: bigint) =>
  ctx.db.select().from(events).where(eq(events.vaultId, vaultId)).orderBy(events.ordinal)
const metersOf = (vaultId: bigint) =>
  ctx.db.select().from(meters).where(eq(meters.vaultId, vaultId)).orderBy(meters.model)

async function until<T>(look: () => Promise<T>, isEnough: (value: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 40_000; ;) {
    const value = await look()
    if (isEnough(value) || Date.now() > deadline) return value
    await sleep(200)
  }
}

/** Waits until LiteLLM's own books hold so many rows of a key. */
async function untilBooked(keyHash: string, count: number): Promise<void> {
  const [from, to] = [new Date(Date.now() - 600_000), new Date(Date.now() + 60_000)]
  const rows = await until(
    async () => (await proxy.client.spendLogs({ from, to, keyHash })).total,
    (total) => total >= count,
  )
  expect(rows).toBe(count)
}

describe('a real call is one event', () => {
  test('by the plug-in at once, and by the books later', async () => {
    const { vaultId, customer } = await newVault()
    await customer.chat()
    await customer.chat({ model: 'claude-3-opus' })
    await (await customer.chat({ stream: true })).text()
    await customer.post('/v1/embeddings', { model: 'text-embedding-3-small', input: 'hello' })
    expect((await customer.chat({ model: failingModel })).status).toBeGreaterThanOrEqual(500)
    const delivered = await until(
      () => eventsOf(vaultId),
      (rows) => rows.length === 5,
    )
    const roads = delivered.map(({ road, status }) => `${road} ${status}`)
    expect(roads.toSorted()).toEqual(['plugin failure', ...Array.from({ length: 4 }, () => 'plugin success')])
    await untilBooked(customer.hash, 5)
    const before = await metersOf(vaultId)
    expect(await pollSpendLogs(ctx)).toMatchObject({ found: 5, stored: 0, failed: 0 })
    expect(await metersOf(vaultId)).toEqual(before)
    const billed = before.filter(({ tokens }) => tokens > 0n).map(({ model, requests }) => [model, requests])
    expect(billed).toEqual([
      ['claude-3-opus', 1n],
      ['gpt-4', 2n],
      ['text-embedding-3-small', 1n],
    ])
    expect(await ctx.db.$count(deadLetters)).toBe(0)
  })

  test('by the books while the oracle was away, and not again by the plug-in afterwards', async () => {
    const { vaultId, customer } = await newVault()
    oracle.shut()
    await Promise.all([customer.chat(), customer.chat(), customer.chat()])
    await untilBooked(customer.hash, 3)
    expect(await eventsOf(vaultId)).toEqual([])
    expect(await pollSpendLogs(ctx)).toMatchObject({ stored: 3 })
    oracle.open()
    const marker = await newVault()
    await marker.customer.chat()
    await until(
      () => eventsOf(marker.vaultId),
      (rows) => rows.length === 1,
    )
    expect((await eventsOf(vaultId)).map(({ road }) => road)).toEqual(['poll', 'poll', 'poll'])
    expect((await metersOf(vaultId))[0]?.requests).toBe(3n)
  })

  test('whose counts no model told says so by either road', async () => {
    const { vaultId, customer } = await newVault()
    await (await customer.chat({ stream: true })).text()
    await until(
      () => eventsOf(vaultId),
      (rows) => rows.length === 1,
    )
    oracle.shut()
    await (await customer.chat({ stream: true })).text()
    await untilBooked(customer.hash, 2)
    expect(await pollSpendLogs(ctx)).toMatchObject({ stored: 1 })
    oracle.open()
    expect((await eventsOf(vaultId)).map(({ road, tags }) => [road, tags])).toEqual([
      ['plugin', ['usage-source:estimate']],
      ['poll', ['usage-source:estimate']],
    ])
  })

  test('also when the caller names an id of an earlier call', async () => {
    const { vaultId, customer } = await newVault()
    await customer.chat()
    const [first] = await until(
      () => eventsOf(vaultId),
      (rows) => rows.length === 1,
    )
    const forged = { flareflow_event: first?.id }
    await customer.chat(
      { metadata: { spend_logs_metadata: forged } },
      { 'x-litellm-spend-logs-metadata': JSON.stringify(forged), 'x-litellm-call-id': first?.callId ?? '' },
    )
    const both = await until(
      () => eventsOf(vaultId),
      (rows) => rows.length === 2,
    )
    expect(new Set(both.map(({ id }) => id)).size).toBe(2)
  })
})

describe('rows that the plug-in did not mark', () => {
  test('a forged or replayed id in a row counts as a call of its own', async () => {
    const { vaultId, customer } = await newVault()
    oracle.shut()
    await customer.chat()
    await customer.chat()
    await customer.chat()
    await untilBooked(customer.hash, 3)
    await rewriteIds(customer.hash)
    expect(await pollSpendLogs(ctx)).toMatchObject({ stored: 3 })
    const ids = (await eventsOf(vaultId)).map(({ id }) => id)
    expect(ids.filter((id) => id.startsWith('slog:'))).toHaveLength(2)
    oracle.open()
  })
})

/** As if nothing had overwritten what callers put there: one row names nobody's id, one the id of another row. */
async function rewriteIds(keyHash: string): Promise<void> {
  const client = new pg.Client({ connectionString: proxy.databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ request_id: string; id: string }>(
      `select request_id, metadata->'spend_logs_metadata'->>'flareflow_event' as id
       from "LiteLLM_SpendLogs" where api_key = $1 order by "startTime"`,
      [keyHash],
    )
    const set = (row: number, id: string, later: string) =>
      client.query(
        `update "LiteLLM_SpendLogs" set "startTime" = "startTime" + $3::interval,
         metadata = jsonb_set(metadata::jsonb, '{spend_logs_metadata,flareflow_event}', to_jsonb($2::text))
         where request_id = $1`,
        [rows[row]?.request_id, id, later],
      )
    await set(1, `${'0'.repeat(32)}.${'0'.repeat(32)}`, '0 seconds')
    await set(2, rows[0]?.id ?? '', '10 seconds')
  } finally {
    await client.end()
  }
}

test('a hint is answered by a poll that finds the call', async () => {
  const { vaultId, customer } = await newVault()
  oracle.shut()
  await customer.chat()
  await untilBooked(customer.hash, 1)
  oracle.open()
  const response = await fetch(`${oracle.url}/webhook/usage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TEST_SECRET}` },
    body: JSON.stringify({ vault_id: vaultId.toString(), total_tokens: 1_500, models: { 'gpt-4': 900 } }),
  })
  const { poll } = (await response.json()) as { poll: string }
  await dispatchOutbox(ctx, pollHandler)
  const [row] = await ctx.db.select().from(polls).where(eq(polls.id, poll))
  expect(row?.found).toBe(1)
  expect(await eventsOf(vaultId)).toHaveLength(1)
})

test('without LiteLLM a poll fails, loses nothing, and reads on from where it was', async () => {
  const { vaultId, customer } = await newVault()
  oracle.shut()
  await customer.chat()
  await untilBooked(customer.hash, 1)
  await proxy.kill()
  const run = await pollSpendLogs(ctx)
  expect(run.failed).toBe(run.keys)
  await proxy.restart()
  expect(await pollSpendLogs(ctx)).toMatchObject({ failed: 0 })
  expect(await eventsOf(vaultId)).toHaveLength(1)
  oracle.open()
})
