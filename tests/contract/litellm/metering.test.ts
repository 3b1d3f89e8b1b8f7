import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { isMintedEventId } from '#lib/metering/event-id.ts'
import type { SpendLog } from '#services/clients/litellm/index.ts'
import { type Customer, newCustomer } from '../../support/llm-calls.ts'
import { failingModel, type MeteredLitellm, startMeteredLitellm } from '../../support/metered-litellm.ts'
import { tablesThatHold } from '../../support/search-database.ts'
import { startUsageReceiver, type UsageReceiver } from '../../support/usage-receiver.ts'

const secret = randomBytes(24).toString('hex')
let receiver: UsageReceiver
let proxy: MeteredLitellm
beforeAll(async () => {
  receiver = await startUsageReceiver(secret)
  proxy = await startMeteredLitellm(receiver)
})
afterAll(async () => {
  await proxy?.close()
  await receiver?.close()
})

const customer = (metadata?: Record<string, string | boolean>): Promise<Customer> =>
  newCustomer(proxy.url, proxy.client, metadata)
const usageSchema = z.object({ usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }) })
const usageOf = async (response: Response) => {
  const { usage } = usageSchema.parse(await response.json())
  return { inputTokens: String(usage.prompt_tokens), outputTokens: String(usage.completion_tokens) }
}

/** A key's rows in LiteLLM's own books, which are written some seconds after the call. */
async function booksOf(keyHash: string, count: number): Promise<readonly SpendLog[]> {
  for (let tries = 0; ; tries += 1) {
    const [from, to] = [new Date(Date.now() - 600_000), new Date(Date.now() + 60_000)]
    const { logs, unreadable } = await proxy.client.spendLogs({ from, to, keyHash })
    expect(unreadable).toEqual([])
    if (logs.length >= count) return logs
    if (tries > 240) throw new Error(`${logs.length} of ${count} rows`)
    await sleep(250)
  }
}

/** Lines of the spool that are not yet acknowledged. */
function spooled(): number {
  try {
    const files = readdirSync(proxy.spoolDir, { recursive: true, encoding: 'utf8' })
    const segments = files.filter((name) => name.endsWith('.jsonl'))
    return segments.flatMap((name) => readFileSync(join(proxy.spoolDir, name), 'utf8').trim().split('\n')).length
  } catch (error) {
    // The sender cleared something away meanwhile.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return spooled()
    throw error
  }
}

describe('a call becomes one event', () => {
  test('a chat: the tokens of its answer, the id minted for its key, in LiteLLM’s books too', async () => {
    const { hash, chat } = await customer()
    const response = await chat({ user: 'alice', metadata: { conversation: 'c-1', tags: ['nightly'] } })
    const [event] = await receiver.eventsOf(hash, 1)
    expect(event).toMatchObject({
      ...(await usageOf(response)),
      callId: response.headers.get('x-litellm-call-id'),
      model: 'gpt-4',
      servedModel: 'openai/gpt-4',
      status: 'success',
      stream: false,
      cacheHit: false,
      endUser: 'alice',
      conversation: 'c-1',
      tags: ['nightly'],
    })
    expect(isMintedEventId(secret, event?.id ?? '', hash)).toBe(true)
    const [row] = await booksOf(hash, 1)
    expect(row).toMatchObject({
      notes: { flareflow_event: event?.id, conversation: 'c-1' },
      inputTokens: BigInt(event?.inputTokens ?? ''),
      outputTokens: BigInt(event?.outputTokens ?? ''),
      callId: event?.callId,
      model: 'gpt-4',
      status: 'success',
    })
  })

  test('a stream: one event with the usage of its last chunk', async () => {
    const { hash, chat } = await customer()
    const response = await chat({ stream: true, stream_options: { include_usage: true } })
    const chunks = (await response.text()).split('\n').filter((line) => line.startsWith('data: {'))
    const last = usageSchema.parse(JSON.parse(chunks.at(-1)?.slice(6) ?? ''))
    const [event] = await receiver.eventsOf(hash, 1)
    expect(event).toMatchObject({
      stream: true,
      inputTokens: String(last.usage.prompt_tokens),
      outputTokens: String(last.usage.completion_tokens),
    })
  })

  test('an embedding and a text completion', async () => {
    const { hash, post } = await customer()
    const embedding = await post('/v1/embeddings', { model: 'text-embedding-3-small', input: 'Hello' })
    const completion = await post('/v1/completions', { model: 'gpt-3.5-turbo', prompt: 'Hello' })
    const events = await receiver.eventsOf(hash, 2)
    expect(events).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ model: 'text-embedding-3-small', ...(await usageOf(embedding)) }),
        expect.objectContaining({ model: 'gpt-3.5-turbo', ...(await usageOf(completion)) }),
      ]),
    )
  })

  test('an answer from the cache says so', async () => {
    const { hash, chat } = await customer()
    const body = { messages: [{ role: 'user', content: randomBytes(8).toString('hex') }], cache: { 'use-cache': true } }
    await chat(body)
    await receiver.eventsOf(hash, 1)
    await chat(body)
    const events = await receiver.eventsOf(hash, 2)
    expect(events.map(({ cacheHit }) => cacheHit)).toEqual([false, true])
    expect((await booksOf(hash, 2)).map(({ cacheHit }) => cacheHit)).toEqual([false, true])
  })

  test('a failed call has no tokens, and one that a fallback saved is one success', async () => {
    const { hash, chat } = await customer()
    expect((await chat({ model: failingModel })).status).toBe(500)
    expect((await chat({ model: failingModel, num_retries: 2, fallbacks: ['gpt-4o'] })).status).toBe(200)
    await chat({ model: 'gpt-4' })
    const events = await receiver.eventsOf(hash, 3)
    expect(
      events.map(({ status, model, inputTokens }) => ({ status, model, hasTokens: inputTokens !== null })),
    ).toEqual([
      { status: 'failure', model: failingModel, hasTokens: false },
      { status: 'success', model: 'gpt-4o', hasTokens: true },
      { status: 'success', model: 'gpt-4', hasTokens: true },
    ])
  })
})

describe('a caller can’t choose how a call is metered', () => {
  test('an id forged in the body and in the header is overwritten, in the event and in the books', async () => {
    const [victim, forger] = [await customer(), await customer()]
    await victim.chat()
    const [real] = await receiver.eventsOf(victim.hash, 1)
    const forged = { flareflow_event: real?.id }
    await forger.chat(
      { metadata: { spend_logs_metadata: forged }, litellm_metadata: { spend_logs_metadata: forged } },
      { 'x-litellm-spend-logs-metadata': JSON.stringify(forged) },
    )
    const [event] = await receiver.eventsOf(forger.hash, 1)
    expect(event?.id).not.toBe(real?.id)
    expect(isMintedEventId(secret, event?.id ?? '', forger.hash)).toBe(true)
    expect((await booksOf(forger.hash, 1))[0]?.notes).toEqual({ flareflow_event: event?.id })
  })

  test('three calls with one call id are three events', async () => {
    const { hash, chat } = await customer()
    for (let i = 0; i < 3; i += 1) {
      expect((await chat({}, { 'x-litellm-call-id': 'chosen-by-the-caller' })).status).toBe(200)
    }
    const events = await receiver.eventsOf(hash, 3)
    expect(new Set(events.map(({ id }) => id)).size).toBe(3)
    expect(new Set(events.map(({ callId }) => callId))).toEqual(new Set(['chosen-by-the-caller']))
  })

  test('two answers with one response id are two events, though LiteLLM’s books keep one', async () => {
    const { hash, chat } = await customer({ allow_client_mock_response: true })
    const id = `chatcmpl-${randomBytes(8).toString('hex')}`
    const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello' } }]
    const usage = { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 }
    const answer = { id, object: 'chat.completion', created: 1_795_000_000, model: 'gpt-4', choices, usage }
    for (let i = 0; i < 2; i += 1) await chat({ mock_response: answer })
    const events = await receiver.eventsOf(hash, 2)
    expect(events.map(({ inputTokens, outputTokens }) => [inputTokens, outputTokens])).toEqual([
      ['100', '50'],
      ['100', '50'],
    ])
    expect(new Set(events.map((event) => event.id)).size).toBe(2)
    await booksOf(hash, 1)
    await sleep(3_000)
    expect(await booksOf(hash, 1)).toHaveLength(1)
  })

  test('logging can’t be switched off, and a call names one model', async () => {
    const { hash, chat } = await customer()
    await chat({ 'no-log': true, litellm_disabled_callbacks: ['flareflow_meter'] })
    await receiver.eventsOf(hash, 1)
    expect((await chat({ model: 'gpt-4,gpt-4o' })).status).toBe(400)
  })

  test('whatever else stands in the body: each answered call is one event of its own key and model', async () => {
    const { hash, chat } = await customer()
    const nobody = '0'.repeat(64)
    const forged = { user_api_key_hash: nobody, user_api_key: nobody, model_group: 'gpt-3.5-turbo', usage_object: {} }
    const bodies = [
      { metadata: null },
      { metadata: 'text' },
      { metadata: JSON.stringify({ spend_logs_metadata: { flareflow_event: 'forged' } }) },
      { metadata: [1] },
      { litellm_metadata: null },
      { litellm_metadata: forged },
      { metadata: forged, model_group: 'gpt-3.5-turbo', standard_logging_object: { status: 'failure' } },
      { api_key: 'sk-of-the-caller', base_model: 'other', model_info: { id: 'other' }, usage: { prompt_tokens: 0 } },
      { callbacks: [], success_callback: [], logger_fn: null, fastest_response: true },
      { id: 'chosen', litellm_call_id: 'chosen', litellm_trace_id: 'chosen', n: 3 },
      { api_base: 'http://127.0.0.1:9' },
      { user_config: { model_list: [] } },
      { input_cost_per_token: 0 },
      { model: ['gpt-4'] },
    ]
    const statuses: number[] = []
    for (const body of bodies) statuses.push((await chat(body)).status)
    const answered = statuses.filter((status) => status === 200).length
    expect(answered).toBe(10)
    const successes = () => receiver.events.filter(({ keyHash, status }) => keyHash === hash && status === 'success')
    await expect.poll(() => successes().length).toBe(answered)
    await sleep(500)
    expect(successes()).toHaveLength(answered)
    expect(new Set(successes().map(({ model }) => model))).toEqual(new Set(['gpt-4']))
    const events = receiver.events.filter(({ keyHash }) => keyHash === hash)
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
    for (const { id } of events) expect(isMintedEventId(secret, id, hash)).toBe(true)
    expect(receiver.events.filter(({ keyHash }) => keyHash === nobody)).toEqual([])
  })

  test('a refused key makes no event', async () => {
    const { hash, chat } = await customer()
    await proxy.client.blockKey(hash)
    expect((await chat()).status).toBe(401)
    const other = await customer()
    await other.chat()
    await receiver.eventsOf(other.hash, 1)
    expect(receiver.events.filter(({ keyHash }) => keyHash === hash)).toEqual([])
  })
})

describe('nothing is kept that should not be', () => {
  test('neither prompts nor answers are in the events, the books or the log; the secrets are in no log', async () => {
    const { hash, alias, chat } = await customer({ allow_client_mock_response: true })
    const planted = `planted-${randomBytes(8).toString('hex')}`
    const answer = `answer-${planted}`
    await chat({ messages: [{ role: 'user', content: planted }], mock_response: answer })
    await chat({ messages: [{ role: 'user', content: planted }], mock_response: answer, stream: true })
    await chat({ messages: [{ role: 'user', content: planted }], model: failingModel })
    await receiver.eventsOf(hash, 3)
    await booksOf(hash, 3)
    // The search finds what is there.
    expect(await tablesThatHold(proxy.databaseUrl, alias)).toContain('public."LiteLLM_VerificationToken"')
    expect(await tablesThatHold(proxy.databaseUrl, hash)).toContain('public."LiteLLM_SpendLogs"')
    expect(await tablesThatHold(proxy.databaseUrl, planted)).toEqual([])
    expect(JSON.stringify(receiver.events)).not.toContain(planted)
    const log = readFileSync(proxy.logFile, 'utf8')
    expect(log).toContain('POST /v1/chat/completions')
    expect(log).not.toContain(planted)
    expect(log).not.toContain(secret)
  })
})

describe('nothing is lost', () => {
  test('while the collector is away: everything arrives once it is back, in order and once', async () => {
    const { hash, chat } = await customer()
    receiver.shut()
    const before = receiver.turnedAway
    for (let i = 0; i < 5; i += 1) expect((await chat({ user: `u${i}` })).status).toBe(200)
    while (receiver.turnedAway < before + 2) await sleep(20)
    receiver.open()
    const events = await receiver.eventsOf(hash, 5)
    expect(events.map(({ endUser }) => endUser)).toEqual(['u0', 'u1', 'u2', 'u3', 'u4'])
    while (spooled() > 0) await sleep(20)
    expect(await receiver.eventsOf(hash, 5)).toHaveLength(5)
  })

  test('when the proxy is killed before it could send: the next start delivers it', async () => {
    const { hash, chat } = await customer()
    receiver.shut()
    for (let i = 0; i < 4; i += 1) expect((await chat({ user: `k${i}` })).status).toBe(200)
    while (spooled() < 4) await sleep(20)
    await proxy.kill()
    receiver.open()
    await sleep(500)
    expect(receiver.events.filter(({ keyHash }) => keyHash === hash)).toEqual([])
    await proxy.restart()
    const events = await receiver.eventsOf(hash, 4)
    expect(events.map(({ endUser }) => endUser).sort()).toEqual(['k0', 'k1', 'k2', 'k3'])
    for (const { id } of events) expect(isMintedEventId(secret, id, hash)).toBe(true)
    expect((await chat()).status).toBe(200)
    expect(await receiver.eventsOf(hash, 5)).toHaveLength(5)
  })
})
