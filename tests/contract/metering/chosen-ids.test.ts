import { setTimeout as sleep } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ingestEvents, pollSpendLogs } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { deadLetters, events, meters } from '#services/platform/db/schema/index.ts'
import { createTestContext, TEST_SECRET, type TestContext } from '#tests/support/context.ts'
import { type Customer, newCustomer } from '#tests/support/llm-calls.ts'
import { type MeteredLitellm, startMeteredLitellm } from '#tests/support/metered-litellm.ts'
import { type ModelServer, startModelServer } from '#tests/support/model-server.ts'
import { type OracleServer, startOracleServer } from '#tests/support/oracle-server.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'

const MODEL = 'server-of-the-caller'
let opened: TestContext
let ctx: ServiceContext
let oracle: OracleServer
let proxy: MeteredLitellm
let server: ModelServer
let nextVault = 1n

beforeAll(async () => {
  opened = await createTestContext({ variables: { POLL_LAG: '600000' } })
  oracle = await startOracleServer(() => ctx)
  server = await startModelServer()
  const model = {
    name: MODEL,
    served: 'openai/gpt-4o',
    answer: { server: server.url },
    inputCost: 1e-6,
    outputCost: 1e-6,
  }
  proxy = await startMeteredLitellm({ url: `${oracle.url}/webhook/usage`, secret: TEST_SECRET }, [model])
  ctx = { ...opened.ctx, litellm: proxy.client }
})
afterAll(async () => {
  await proxy?.close()
  await server?.close()
  await oracle?.close()
  await opened?.[Symbol.asyncDispose]()
})

interface Caller {
  readonly vaultId: bigint
  readonly customer: Customer
}

async function caller(): Promise<Caller> {
  const vaultId = nextVault++
  const customer = await newCustomer(proxy.url, proxy.client)
  await giveKey(ctx, vaultId, customer.hash)
  return { vaultId, customer }
}

/** A call that was answered: whose it is, and what it is worth. */
interface Made {
  readonly vaultId: bigint
  readonly tokens: bigint
  readonly responseId: string
}

let worth = 100
/** One call whose ids are all chosen by the caller, and by the server of the model; each is worth another sum. */
async function call({ vaultId, customer }: Caller, id: string, body: object = {}, headers = {}): Promise<Made> {
  worth += 1
  server.answers = [{ id, usage: { prompt_tokens: worth, completion_tokens: 1, total_tokens: worth + 1 } }]
  const chosen = { id, litellm_call_id: id, litellm_trace_id: id, metadata: { trace_id: id, session_id: id } }
  const response = await customer.chat(
    { model: MODEL, ...chosen, ...body },
    { 'x-litellm-call-id': id, 'x-request-id': id, 'x-litellm-trace-id': id, ...headers },
  )
  expect(response.status, `${await response.clone().text()}`).toBe(200)
  return { vaultId, tokens: BigInt(worth + 1), responseId: id }
}

const billedTo = async (of: ServiceContext, vaultId: bigint) =>
  (await of.db.select({ tokens: events.billableTokens }).from(events).where(eq(events.vaultId, vaultId)))
    .map(({ tokens }) => tokens)
    .toSorted((a, b) => Number(a - b))
const worthOf = (made: readonly Made[], vaultId: bigint) =>
  made
    .filter((each) => each.vaultId === vaultId)
    .map(({ tokens }) => tokens)
    .toSorted((a, b) => Number(a - b))

/** Each call is billed once, to the vault of its own key: no other call is, and the meter says the same. */
async function expectEachBilledOnce(of: ServiceContext, made: readonly Made[]): Promise<void> {
  for (const vaultId of new Set(made.map((each) => each.vaultId))) {
    expect(await billedTo(of, vaultId), `the bill of vault ${vaultId}`).toEqual(worthOf(made, vaultId))
    const rows = await of.db.select().from(meters).where(eq(meters.vaultId, vaultId))
    const metered = rows.reduce((sum, { tokens }) => sum + tokens, 0n)
    expect(metered).toBe(worthOf(made, vaultId).reduce((sum, tokens) => sum + tokens, 0n))
  }
}

async function untilStored(made: readonly Made[]): Promise<void> {
  const count = async () => {
    const ids = [...new Set(made.map(({ vaultId }) => vaultId))]
    const bills = await Promise.all(ids.map((vaultId) => billedTo(ctx, vaultId)))
    return bills.flat().length
  }
  for (const deadline = Date.now() + 30_000; (await count()) < made.length && Date.now() < deadline;) await sleep(200)
}

/** Waits until LiteLLM has written its rows, then reads them, twice. */
async function pollTwice(): Promise<void> {
  await sleep(3_000)
  for (let i = 0; i < 2; i += 1) expect(await pollSpendLogs(ctx)).toMatchObject({ failed: 0 })
}

describe('calls whose ids are all the same are each billed once, to their own vault', () => {
  test('of one key and of two, one after the other and at once, streamed and not, by plug-in and poll', async () => {
    const [a, b] = [await caller(), await caller()]
    const made: Made[] = []
    for (const who of [a, b, a, a, b]) made.push(await call(who, 'chatcmpl-chosen'))
    for (const who of [b, a]) made.push(await call(who, 'chatcmpl-chosen', { stream: true }))
    // At once they share an answer, and so a worth.
    server.answers = [{ id: 'chatcmpl-chosen', usage: { prompt_tokens: 7, completion_tokens: 3 } }]
    const atOnce = [a, b, a, b, a, b, a, b]
    const statuses = await Promise.all(
      atOnce.map(
        async ({ customer }) => (await customer.chat({ model: MODEL }, { 'x-litellm-call-id': 'same' })).status,
      ),
    )
    expect(new Set(statuses)).toEqual(new Set([200]))
    made.push(...atOnce.map(({ vaultId }) => ({ vaultId, tokens: 10n, responseId: 'chatcmpl-chosen' })))
    await untilStored(made)
    await expectEachBilledOnce(ctx, made)
    await pollTwice()
    await expectEachBilledOnce(ctx, made)
    expect(await ctx.db.$count(deadLetters)).toBe(0)
  })

  test('when the books are read first and the plug-in delivers afterwards', async () => {
    const [a, b] = [await caller(), await caller()]
    oracle.shut()
    const made = [await call(a, 'chatcmpl-late'), await call(b, 'chatcmpl-late'), await call(a, 'chatcmpl-late')]
    const billed = async () => [...(await billedTo(ctx, a.vaultId)), ...(await billedTo(ctx, b.vaultId))].length
    await expect.poll(async () => (await pollSpendLogs(ctx), billed()), { timeout: 60_000, interval: 500 }).toBe(1)
    await pollTwice()
    // LiteLLM keeps one row for the three: the books alone would have lost the others.
    expect(await billed()).toBe(1)
    oracle.open()
    await untilStored(made)
    await expectEachBilledOnce(ctx, made)
    await pollTwice()
    await expectEachBilledOnce(ctx, made)
    expect(await ctx.db.$count(deadLetters)).toBe(0)
  })

  test('when ids look like those of events, of other rows, or of other vaults', async () => {
    const [a, b] = [await caller(), await caller()]
    const made = [await call(a, 'chatcmpl-first')]
    await untilStored(made)
    const [stored] = await ctx.db.select().from(events).where(eq(events.vaultId, a.vaultId))
    const odd = [
      stored?.id ?? '',
      `slog:${stored?.id}`,
      `${stored?.id}:failure`,
      'slog:chatcmpl-first',
      'chatcmpl-first_cache_hit',
      `vault:${b.vaultId}`,
      '../../x',
      "'; drop table events; --",
      'ü'.repeat(90),
      ' ',
    ]
    for (const id of odd) {
      const header = /^[\x20-\x7e]+$/.test(id) && id.trim() ? id : 'plain'
      made.push(
        await call(a, id, {}, { 'x-litellm-call-id': header, 'x-request-id': header, 'x-litellm-trace-id': 'x' }),
      )
    }
    const forged = { flareflow_event: stored?.id, keyHash: b.customer.hash, vault_id: String(b.vaultId) }
    made.push(await call(b, 'chatcmpl-b', { metadata: { spend_logs_metadata: forged } }))
    await untilStored(made)
    await pollTwice()
    await expectEachBilledOnce(ctx, made)
    expect(await ctx.db.$count(deadLetters)).toBe(0)
  })

  test('whatever the body says of caching, logging, retrying or who is calling', async () => {
    const [a, b] = [await caller(), await caller()]
    const bodies: object[] = [
      { cache_hit: true },
      { cache: { 'no-store': true }, caching: false },
      { 'no-log': true, no_log: true, turn_off_message_logging: true },
      { num_retries: 2, fallbacks: [MODEL] },
      { acompletion: false },
      { standard_logging_object: { status: 'failure', metadata: { user_api_key_hash: b.customer.hash } } },
      { response_cost: 0, custom_llm_provider: 'openai' },
      { litellm_params: { metadata: { user_api_key: b.customer.hash } } },
      { user_api_key_dict: { api_key: b.customer.hash }, user_api_key: b.customer.hash },
      { user: b.customer.hash, organization: b.customer.hash },
    ]
    const made: Made[] = []
    const refused: string[] = []
    for (const body of bodies) {
      const attempt = await call(a, 'chatcmpl-body', body).catch((error: unknown) => String(error))
      if (typeof attempt === 'string') refused.push(attempt)
      else made.push(attempt)
    }
    // What LiteLLM refuses, it has said so before a model was asked.
    expect(refused.filter((why) => !/expected 4\d\d to be 200/.test(why))).toEqual([])
    expect(made.length).toBeGreaterThan(6)
    await untilStored(made)
    await pollTwice()
    await expectEachBilledOnce(ctx, made)
    expect(await billedTo(ctx, b.vaultId)).toEqual([])
  })
})

test('a meter that took the response id for the identity would lose calls: the same check finds it', async () => {
  await using planted = await createTestContext()
  const keys = new Map<bigint, string>()
  const made: Made[] = []
  for (const vaultId of [1n, 2n, 1n, 2n, 1n]) {
    const keyHash = keys.get(vaultId) ?? (await giveKey(planted.ctx, vaultId))
    keys.set(vaultId, keyHash)
    const one = { vaultId, tokens: BigInt(101 + made.length), responseId: 'chatcmpl-chosen' }
    made.push(one)
    const counts = { inputTokens: String(100 + made.length - 1), outputTokens: '1' }
    const raw = usageEvent(keyHash, { ...counts, id: `slog:${one.responseId}` })
    await ingestEvents(planted.ctx, { road: 'poll', items: [{ raw }] })
  }
  await expect(expectEachBilledOnce(planted.ctx, made)).rejects.toThrow('the bill of vault 1')
  // With an identity of its own each is billed.
  await using right = await createTestContext()
  for (const { vaultId, tokens } of made) {
    const keyHash = keys.get(vaultId) ?? ''
    if ((await right.ctx.db.$count(events, eq(events.vaultId, vaultId))) === 0)
      await giveKey(right.ctx, vaultId, keyHash)
    const raw = usageEvent(keyHash, { inputTokens: String(tokens - 1n), outputTokens: '1' })
    await ingestEvents(right.ctx, { road: 'plugin', items: [{ raw }] })
  }
  await expectEachBilledOnce(right.ctx, made)
})
