import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { asc, eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { payerOfAccount } from '#lib/metering/payer.ts'
import { openAccount } from '#services/credits/index.ts'
import { pollSpendLogs } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { accountKeys, deadLetters, events, upstreamKeys } from '#services/platform/db/schema/index.ts'
import { createTestContext, TEST_SECRET, type TestContext } from '#tests/support/context.ts'
import { type Customer, customerOf, newCustomer, sha256 } from '#tests/support/llm-calls.ts'
import { failingModel, type MeteredLitellm, startMeteredLitellm } from '#tests/support/metered-litellm.ts'
import { type OracleServer, startOracleServer } from '#tests/support/oracle-server.ts'
import { giveKey } from '#tests/support/usage-events.ts'

/** One LiteLLM, metered twice: one set of books hears the plug-in only, the other reads LiteLLM's books only. */
let heard: TestContext
let read: TestContext
let reading: ServiceContext
let oracle: OracleServer
let proxy: MeteredLitellm
let nextVault = 1n

beforeAll(async () => {
  heard = await createTestContext()
  read = await createTestContext({ variables: { POLL_LAG: '600000' } })
  oracle = await startOracleServer(() => heard.ctx)
  proxy = await startMeteredLitellm({ url: `${oracle.url}/webhook/usage`, secret: TEST_SECRET })
  reading = { ...read.ctx, litellm: proxy.client }
})
afterAll(async () => {
  await proxy?.close()
  await oracle?.close()
  await heard?.[Symbol.asyncDispose]()
  await read?.[Symbol.asyncDispose]()
})

const facts = {
  id: events.id,
  callId: events.callId,
  accountKey: events.accountKey,
  model: events.model,
  servedModel: events.servedModel,
  provider: events.provider,
  status: events.status,
  cacheHit: events.cacheHit,
  inputTokens: events.inputTokens,
  outputTokens: events.outputTokens,
  cachedTokens: events.cachedTokens,
  cacheWriteTokens: events.cacheWriteTokens,
  reasoningTokens: events.reasoningTokens,
  endUser: events.endUser,
  organization: events.organization,
  team: events.team,
  conversation: events.conversation,
  feature: events.feature,
  agent: events.agent,
  traceId: events.traceId,
  tags: events.tags,
}
const factsOf = (ctx: ServiceContext, vaultId: bigint) =>
  ctx.db.select(facts).from(events).where(eq(events.vaultId, vaultId)).orderBy(asc(events.callId), asc(events.status))

type Facts = Awaited<ReturnType<typeof factsOf>>

async function vaultOf(customer: Customer): Promise<bigint> {
  const vaultId = nextVault++
  await giveKey(heard.ctx, vaultId, customer.hash)
  await giveKey(reading, vaultId, customer.hash)
  return vaultId
}

/** What both roads say of a vault's calls, once each has all of them. */
async function bothRoads(vaultId: bigint, count: number): Promise<{ plugin: Facts; poll: Facts }> {
  for (const deadline = Date.now() + 40_000; ; await sleep(300)) {
    await pollSpendLogs(reading)
    const [plugin, poll] = [await factsOf(heard.ctx, vaultId), await factsOf(reading, vaultId)]
    if ((plugin.length >= count && poll.length >= count) || Date.now() > deadline) return { plugin, poll }
  }
}

async function admin(path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${proxy.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${proxy.masterKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}

const faces = '\u{1F600}'.repeat(300)
const messages = [{ role: 'user', content: 'Hello' }]

test('both roads say the same of each call, however its labels were given', async () => {
  const customer = await newCustomer(proxy.url, proxy.client, { allow_client_mock_response: true })
  const { chat, post } = customer
  const vaultId = await vaultOf(customer)
  const usage = {
    prompt_tokens: 900,
    completion_tokens: 300,
    total_tokens: 1_200,
    prompt_tokens_details: { cached_tokens: 500, cache_creation_tokens: 40 },
    completion_tokens_details: { reasoning_tokens: 120 },
    cache_creation_input_tokens: 40,
  }
  const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hi' } }]
  const counted = {
    id: `chatcmpl-${randomBytes(6).toString('hex')}`,
    object: 'chat.completion',
    created: 1,
    choices,
    usage,
  }
  const cached = { messages: [{ role: 'user', content: 'once' }], cache: { 'use-cache': true } }
  const calls: [string, () => Promise<Response>][] = [
    ['nothing', () => chat()],
    ['headers', () => chat({}, labelHeaders('h'))],
    ['metadata', () => chat({ user: 'm-user', metadata: labelMetadata('m') })],
    ['tags', () => chat({ metadata: { tags: ['feature:t-search', 'agent:t-bot', 'department:t-legal', 'nightly'] } })],
    ['tags in a header', () => chat({}, { 'x-litellm-tags': 'feature:x-search,conversation:x-1' })],
    ['notes', () => chat({}, { 'x-litellm-spend-logs-metadata': JSON.stringify(labelMetadata('n')) })],
    [
      "LiteLLM's own headers",
      () => chat({}, { 'x-litellm-session-id': 's-1', 'x-litellm-agent-id': 'a-1', 'x-litellm-end-user-id': 'e-1' }),
    ],
    [
      'all at once',
      () => chat({ user: 'u', metadata: { ...labelMetadata('m'), tags: ['feature:t'] } }, labelHeaders('h')),
    ],
    [
      'a stream',
      () => chat({ stream: true, user: 's', metadata: { feature: 'stream' } }, { 'x-flareflow-agent': 'streamer' }),
    ],
    [
      'an embedding',
      () =>
        post('/v1/embeddings', { model: 'text-embedding-3-small', input: 'x', user: 'e', metadata: { feature: 'e' } }),
    ],
    [
      'a completion',
      () => post('/v1/completions', { model: 'gpt-3.5-turbo', prompt: 'x', user: 'c', metadata: { agent: 'c' } }),
    ],
    ['a failure', () => chat({ model: failingModel, user: 'f', metadata: { feature: 'fail', tags: ['agent:f'] } })],
    [
      'odd texts',
      () =>
        chat({
          user: faces,
          metadata: {
            feature: faces,
            agent: 'a\u0000b',
            tags: [faces, 'feature:\u{1F600}'],
          },
        }),
    ],
    [
      'odd things',
      () => chat({ metadata: { feature: 7, agent: true, conversation: { a: 1 }, session_id: 12, tags: ['x'] } }),
    ],
    ['counts by kind', () => chat({ mock_response: counted, user: 'k' })],
    ['a call', () => chat(cached)],
    ['the same from the cache', () => chat(cached)],
  ]
  for (const [name, call] of calls) {
    const response = await call()
    expect(response.status, `${name}: ${await response.text()}`).toBe(name === 'a failure' ? 500 : 200)
  }
  const { plugin, poll } = await bothRoads(vaultId, calls.length)
  expect(plugin).toHaveLength(calls.length)
  expect(poll).toEqual(plugin)
  expect(await heard.ctx.db.$count(deadLetters)).toBe(0)
  expect(await reading.db.$count(deadLetters)).toBe(0)
  const of = (label: keyof typeof facts, value: string) => plugin.filter((event) => event[label] === value)
  expect(of('feature', 'h-feature')).toHaveLength(2)
  expect(of('feature', 'h-feature')).toMatchObject(
    Array.from({ length: 2 }, () => ({
      conversation: 'h-conversation',
      agent: 'h-agent',
      team: 'h-team',
      organization: 'h-organization',
      traceId: 'h-trace',
    })),
  )
  expect(of('feature', 'm-feature')).toMatchObject([
    { endUser: 'm-user', conversation: 'm-conversation', team: 'm-team' },
  ])
  expect(of('feature', 't-search')).toMatchObject([{ agent: 't-bot', team: 't-legal' }])
  expect(of('agent', 'a-1')).toMatchObject([{ conversation: 's-1', traceId: 's-1', endUser: 'e-1' }])
  expect(of('endUser', 'k')).toMatchObject([
    { inputTokens: 900n, outputTokens: 300n, cachedTokens: 500n, cacheWriteTokens: 40n, reasoningTokens: 120n },
  ])
  for (const event of plugin) {
    for (const text of [event.endUser, event.feature, event.agent, event.conversation, ...event.tags]) {
      expect([...(text ?? '')].length).toBeLessThanOrEqual(256)
    }
  }
})

const labelHeaders = (who: string): Record<string, string> => ({
  'x-flareflow-conversation': `${who}-conversation`,
  'x-flareflow-feature': `${who}-feature`,
  'x-flareflow-agent': `${who}-agent`,
  'x-flareflow-team': `${who}-team`,
  'x-flareflow-organization': `${who}-organization`,
  'x-flareflow-end-user': `${who}-user`,
  'x-flareflow-trace-id': `${who}-trace`,
})
const labelMetadata = (who: string): Record<string, string> => ({
  conversation: `${who}-conversation`,
  feature: `${who}-feature`,
  agent: `${who}-agent`,
  department: `${who}-team`,
  org: `${who}-organization`,
  trace_id: `${who}-trace`,
})

test("the key's own team outranks what the caller says; who pays is the key alone", async () => {
  const { team_id: team } = await admin('/team/new', { team_alias: 'Red' })
  const secret = `sk-${randomBytes(24).toString('hex')}`
  await admin('/key/generate', { key: secret, team_id: team })
  const mine = customerOf(proxy.url, secret)
  const victim = await newCustomer(proxy.url, proxy.client)
  const [vaultId, other] = [await vaultOf(mine), await vaultOf(victim)]
  const forged = {
    ...labelMetadata('forged'),
    key_hash: victim.hash,
    keyHash: victim.hash,
    vault_id: other.toString(),
    user_api_key: victim.hash,
    user_api_key_hash: victim.hash,
    user_api_key_team_id: 'forged',
    user_api_key_org_id: 'forged',
  }
  const headers = { ...labelHeaders('forged'), 'x-flareflow-key': victim.secret, 'x-litellm-api-key-hash': victim.hash }
  const response = await mine.chat({ messages, user: sha256(victim.secret), metadata: forged }, headers)
  expect(response.status).toBe(200)
  const { plugin, poll } = await bothRoads(vaultId, 1)
  expect(plugin).toMatchObject([{ team, endUser: victim.hash, feature: 'forged-feature' }])
  expect(poll).toEqual(plugin)
  expect([...(await factsOf(heard.ctx, other)), ...(await factsOf(reading, other))]).toEqual([])
})

/** In books of their own: an account that the customer's key is of, with a key at the gateway. */
async function openAccountIn(ctx: ServiceContext, keyHash: string, keyId: string): Promise<bigint> {
  const { id: accountId, number } = await openAccount(ctx, { subject: 'oidc:issuer|keys' })
  const { deploymentId } = ctx
  const [createdAt, status] = [new Date(), 'active'] as const
  await ctx.db.insert(upstreamKeys).values({ keyHash, accountId, deploymentId, kind: 'litellm', status, createdAt })
  const shown = { name: 'laptop', masked: 'sk-ff-…', keyHash: sha256(keyId), requestKey: keyId }
  await ctx.db.insert(accountKeys).values({ id: keyId, accountId, ...shown, createdAt })
  return payerOfAccount(number)
}

test('the account’s key that the gateway names is the same on both roads', async () => {
  const customer = await newCustomer(proxy.url, proxy.client)
  const payer = await openAccountIn(heard.ctx, customer.hash, 'key_1')
  expect(await openAccountIn(reading, customer.hash, 'key_1')).toBe(payer)
  await customer.chat({ messages, metadata: { feature: 'named', account_key: 'key_1' } })
  await customer.chat({ messages, metadata: { feature: 'nameless' } })
  const { plugin, poll } = await bothRoads(payer, 2)
  expect(poll).toEqual(plugin)
  const keyOf = new Map(plugin.map(({ feature, accountKey }) => [feature, accountKey]))
  expect(keyOf).toEqual(
    new Map([
      ['named', 'key_1'],
      ['nameless', null],
    ]),
  )
})
