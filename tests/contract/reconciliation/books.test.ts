import { randomBytes } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mintEventId } from '#lib/metering/event-id.ts'
import { parseLitellmCost } from '#lib/metering/litellm-cost.ts'
import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { alerts, eventIdentities, events } from '#services/platform/db/schema/index.ts'
import { getReconciliation, requestReconciliation, runReconciliation } from '#services/reconciliation/index.ts'
import { createTestContext, TEST_SECRET, type TestContext } from '#tests/support/context.ts'
import { type Customer, newCustomer } from '#tests/support/llm-calls.ts'
import { type MeteredLitellm, startMeteredLitellm } from '#tests/support/metered-litellm.ts'
import { type OracleServer, startOracleServer } from '#tests/support/oracle-server.ts'
import { eventsOfKey, playCalls, untilBooked, untilStored } from '#tests/support/reconciled-calls.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'

const DAY_MS = 86_400_000
let opened: TestContext
let ctx: ServiceContext
/** The same a day later, when today is over. */
let tomorrow: ServiceContext
let oracle: OracleServer
let proxy: MeteredLitellm
let nextVault = 1n
const POLL_LAG_MS = 120_000
const startedOn = new Date().toISOString().slice(0, 10)

beforeAll(async () => {
  opened = await createTestContext({ variables: { POLL_LAG: String(POLL_LAG_MS / 2), LOG_LEVEL: 'silent' } })
  oracle = await startOracleServer(() => ctx)
  proxy = await startMeteredLitellm({ url: `${oracle.url}/webhook/usage`, secret: TEST_SECRET })
  ctx = { ...opened.ctx, litellm: proxy.client }
  tomorrow = { ...ctx, clock: () => new Date(Date.now() + DAY_MS + POLL_LAG_MS) }
})
afterAll(async () => {
  await proxy?.close()
  await oracle?.close()
  await opened?.[Symbol.asyncDispose]()
})

async function newVault(metadata?: Record<string, boolean>): Promise<Customer> {
  const customer = await newCustomer(proxy.url, proxy.client, metadata)
  await giveKey(ctx, nextVault++, customer.hash)
  return customer
}

/** Compares the days of this test, as they are over, for one key or all. */
async function reconcile(keyHash?: string) {
  const to = new Date().toISOString().slice(0, 10)
  const run = await requestReconciliation(tomorrow, { from: startedOn, to, keyHash })
  await runReconciliation(tomorrow, run.id)
  return getReconciliation(tomorrow, { runId: run.id })
}
async function differencesOf({ hash }: Customer) {
  const { days } = await reconcile(hash)
  return days.flatMap(({ differences }) => differences)
}

/** Changes LiteLLM's own database. */
async function inLitellm(statement: string, values: unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString: proxy.databaseUrl })
  await client.connect()
  try {
    await client.query(statement, values)
  } finally {
    await client.end()
  }
}

const KEYS = 20
const count = process.env['TEST_LONG'] ? 10_000 : 500

describe(`${count} calls of all kinds over ${KEYS} keys`, () => {
  const customers: Customer[] = []
  beforeAll(async () => {
    for (let i = 0; i < KEYS; i += 1) customers.push(await newVault())
    await playCalls(customers, count)
    await untilStored(
      ctx,
      customers.map(({ hash }) => hash),
      count,
    )
    for (const [i, { hash }] of customers.entries()) await untilBooked(ctx, hash, Math.ceil((count - i) / KEYS))
  }, 3_600_000)

  test('are the same in both books, call by call, to the last token and 1e-12 USD', async () => {
    for (const { hash } of customers) {
      const { run, days } = await reconcile(hash)
      expect(days.flatMap(({ differences }) => differences)).toEqual([])
      expect(run).toMatchObject({ status: 'done', explained: 0, unexplained: 0, matches: days.length })
      for (const { figures, result } of days) {
        expect(result).toBe('matches')
        expect(figures.here).toEqual(figures.litellm)
      }
    }
  })

  test('so also when each row is compared by hand', async () => {
    for (const { hash } of customers) {
      const stored = await eventsOfKey(ctx, hash)
      const byId = new Map(stored.map((event) => [event.id.replace(':failure', ''), event]))
      const [from, to] = [new Date(Date.now() - DAY_MS), new Date(Date.now() + 60_000)]
      const { logs } = await proxy.client.spendLogs({ from, to, keyHash: hash })
      expect(logs).toHaveLength(stored.length)
      for (const log of logs) {
        const event = byId.get(String(log.notes['flareflow_event']))
        expect([event?.status, event?.cacheHit]).toEqual([log.status, log.cacheHit])
        const isBilled = log.status === 'success' && !log.cacheHit
        const tokens = isBilled ? (log.inputTokens ?? 0n) + (log.outputTokens ?? 0n) : 0n
        expect(event?.billableTokens).toBe(tokens)
        expect(parseLitellmCost(event?.litellmCostUsd ?? '0')).toBe(parseLitellmCost(log.costUsd ?? '0'))
      }
    }
  })
})

describe('what differs is explained', () => {
  test('rows that LiteLLM dropped as their response id was known, by its own count of the day', async () => {
    const customer = await newVault({ allow_client_mock_response: true })
    const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello' } }]
    const usage = { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 }
    const id = `chatcmpl-${randomBytes(8).toString('hex')}`
    const answer = { id, object: 'chat.completion', created: 1_795_000_000, model: 'gpt-4', choices, usage }
    for (let i = 0; i < 3; i += 1) await customer.chat({ mock_response: answer })
    expect(await untilStored(ctx, [customer.hash], 3)).toBe(3)
    await untilBooked(ctx, customer.hash, 3, 1)
    const differences = await differencesOf(customer)
    const stored = (await eventsOfKey(ctx, customer.hash)).map((event) => event.id)
    expect(differences.map(({ kind, explanation }) => [kind, explanation])).toEqual([
      ['only_here', 'counted_by_litellm'],
      ['only_here', 'counted_by_litellm'],
    ])
    expect(stored).toEqual(expect.arrayContaining(differences.map((difference) => difference.id)))
  })

  test('calls that no delivery brought, which are stored then', async () => {
    const customer = await newVault()
    oracle.shut()
    await customer.chat()
    await customer.chat({ stream: true })
    await untilBooked(ctx, customer.hash, 2)
    const differences = await differencesOf(customer)
    expect(differences.map(({ kind, explanation }) => [kind, explanation])).toEqual([
      ['only_in_litellm', 'polled_in'],
      ['only_in_litellm', 'polled_in'],
    ])
    expect(await eventsOfKey(ctx, customer.hash)).toHaveLength(2)
    expect(await differencesOf(customer)).toEqual([])
    oracle.open()
  })

  test('refused calls of a blocked key, which no plug-in sees', async () => {
    const customer = await newVault()
    await customer.chat()
    await proxy.client.blockKey(customer.hash)
    expect((await customer.chat()).status).toBe(401)
    await untilStored(ctx, [customer.hash], 1)
    await untilBooked(ctx, customer.hash, 2)
    expect(await differencesOf(customer)).toMatchObject([{ kind: 'only_in_litellm', explanation: 'polled_in' }])
    expect((await eventsOfKey(ctx, customer.hash)).map(({ billableTokens }) => billableTokens)).toContain(0n)
  })

  test('rows that can’t be events, by the reason for which they are dead letters', async () => {
    const customer = await newVault()
    oracle.shut()
    await customer.chat()
    await untilBooked(ctx, customer.hash, 1)
    await inLitellm(
      `update "LiteLLM_SpendLogs" set model_group = 'kein Modell', model = 'kein Modell',
       metadata = (metadata::jsonb - 'spend_logs_metadata') where api_key = $1`,
      [customer.hash],
    )
    expect(await differencesOf(customer)).toMatchObject([
      { kind: 'only_in_litellm', detail: 'invalid_model_name', explanation: 'dead_letter' },
    ])
    oracle.open()
  })

  test('while the day runs, calls are compared only as far as the books were read', async () => {
    const customer = await newVault()
    await customer.chat()
    await untilStored(ctx, [customer.hash], 1)
    const today = new Date().toISOString().slice(0, 10)
    const run = await requestReconciliation(ctx, { from: today, to: today, keyHash: customer.hash })
    await runReconciliation(ctx, run.id)
    expect((await getReconciliation(ctx, { runId: run.id })).days).toEqual([])
  })
})

describe('a planted error is found and named', () => {
  async function oneKey(): Promise<{ customer: Customer; ids: string[] }> {
    const customer = await newVault()
    await playCalls([customer], 10)
    await untilStored(ctx, [customer.hash], 10)
    await untilBooked(ctx, customer.hash, 10)
    expect(await differencesOf(customer)).toEqual([])
    const billed = (await eventsOfKey(ctx, customer.hash)).filter(({ billableTokens }) => billableTokens > 0n)
    return { customer, ids: billed.map(({ id }) => id) }
  }
  const named = async (customer: Customer): Promise<Record<string, string | null>> =>
    Object.fromEntries(
      (await differencesOf(customer))
        .filter(({ explanation }) => explanation === null)
        .map(({ kind, id }) => [kind, id]),
    )

  test('an event deleted: the call, and the meter that doesn’t add up any more', async () => {
    const { customer, ids } = await oneKey()
    await ctx.db.delete(events).where(eq(events.id, ids[0] ?? ''))
    expect(await named(customer)).toEqual({ own_books_differ: null, event_missing: ids[0] })
  })

  test('an event deleted without a trace: the call is not stored again, which would bill it twice', async () => {
    const { customer, ids } = await oneKey()
    await ctx.db.delete(events).where(eq(events.id, ids[1] ?? ''))
    await ctx.db.delete(eventIdentities).where(eq(eventIdentities.id, ids[1] ?? ''))
    expect(await named(customer)).toEqual({ own_books_differ: null, only_in_litellm: ids[1] })
    expect(await eventsOfKey(ctx, customer.hash)).toHaveLength(9)
  })

  test('a count changed', async () => {
    const { customer, ids } = await oneKey()
    await ctx.db
      .update(events)
      .set({ inputTokens: sql`input_tokens + 1`, billableTokens: sql`billable_tokens + 1` })
      .where(eq(events.id, ids[0] ?? ''))
    expect(await named(customer)).toEqual({ own_books_differ: null, counts_differ: ids[0] })
  })

  test('LiteLLM’s cost changed by 1e-12 USD', async () => {
    const { customer, ids } = await oneKey()
    await ctx.db
      .update(events)
      .set({ litellmCost: sql`litellm_cost + 1` })
      .where(eq(events.id, ids[0] ?? ''))
    expect(await named(customer)).toEqual({ cost_differs: ids[0] })
  })

  test('a call invented by somebody who knows the secret: LiteLLM never counted it', async () => {
    const { customer } = await oneKey()
    const at = { startedAt: new Date().toISOString(), endedAt: new Date().toISOString() }
    const invented = usageEvent(customer.hash, at)
    await ingestEvents(ctx, { road: 'plugin', items: [{ raw: invented }] })
    expect(await named(customer)).toEqual({ only_here: invented.id })
    expect(invented.id).toBe(mintEventId(TEST_SECRET, invented.id.slice(0, 32), customer.hash))
  })

  test('a call that neither book has, and that LiteLLM counted', async () => {
    const { customer } = await oneKey()
    await proxy.client.blockKey(customer.hash)
    await customer.chat()
    await untilBooked(ctx, customer.hash, 11)
    await inLitellm(`delete from "LiteLLM_SpendLogs" where api_key = $1 and metadata->>'spend_logs_metadata' is null`, [
      customer.hash,
    ])
    expect(await named(customer)).toEqual({ lost_by_both: null })
  })

  test('and the operator is told of each, once', async () => {
    const { customer, ids } = await oneKey()
    await ctx.db
      .update(events)
      .set({ litellmCost: sql`litellm_cost + 1` })
      .where(eq(events.id, ids[0] ?? ''))
    await reconcile(customer.hash)
    await reconcile(customer.hash)
    const told = await ctx.db.select().from(alerts).where(eq(alerts.kind, 'books_differ'))
    const about = told.filter(({ dedupe }) => dedupe.includes(customer.hash))
    expect(about).toHaveLength(1)
    expect(about[0]).toMatchObject({ audience: 'operator', severity: 'critical' })
    expect(JSON.stringify(about[0]?.data)).toContain(ids[0])
  })
})

test('calls under keys that no vault has are counted, and keys of vaults are not among them', async () => {
  const foreign = await newCustomer(proxy.url, proxy.client)
  await foreign.chat()
  await foreign.chat()
  await untilBooked(ctx, foreign.hash, 2)
  const { run } = await reconcile()
  expect(run.foreignCalls).toBe(2)
})
