import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { formatUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'
import {
  cents,
  type CreditCustomer,
  eventsOf,
  type GatewayWorld,
  openGatewayWorld,
} from '#tests/support/gateway-world.ts'

let world: GatewayWorld
let customer: CreditCustomer

beforeAll(async () => {
  world = await openGatewayWorld()
})
beforeEach(async () => {
  world.upstream.plan = {
    usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
    status: 200,
    delayMs: 0,
    chunks: 3,
    chunkMs: 0,
    fault: null,
    content: 'Hello',
  }
  world.upstream.heard.length = 0
  customer = await world.customer(cents(100))
})
afterEach(() => expectBooksBalance(world.ctx))
afterAll(() => world[Symbol.asyncDispose]())

/** 30 tokens of 0.002 USD per 1K at a quarter of it. */
const COST = usd(1_500n)

describe('a request that is answered whole', () => {
  test('costs what the model says, and its hold is gone', async () => {
    const response = await customer.chat()
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'Hello' } }] })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-flareflow-cost-usd': formatUsd(COST),
      'x-flareflow-power': 'balanced',
      'x-flareflow-usage-source': 'provider',
      'x-flareflow-receipt': `/api/receipts/${response.headers.get('x-request-id')}`,
    })
    expect([...response.headers.keys()].filter((name) => name.startsWith('x-litellm'))).toEqual([])
    expect(await customer.account()).toMatchObject({ balance: cents(100) - COST, held: 0n, monthSpent: COST })
  })

  test('goes to LiteLLM under the account’s own key, with our id and a ticket', async () => {
    const { headers } = await customer.chat({}, { 'x-litellm-call-id': 'mine', 'x-flareflow-gateway': 'v1.forged' })
    const [heard] = world.upstream.heard
    expect(heard?.headers['x-litellm-call-id']).toBe(headers.get('x-request-id'))
    expect(heard?.headers['x-flareflow-gateway']).toMatch(/^v1\.\d+\.[0-9a-f]{32}\.[0-9a-f]{32}\.[0-9a-f]{64}$/)
    expect(heard?.headers['cookie']).toBeUndefined()
    expect(heard?.body).toMatchObject({ model: 'priced', max_tokens: 4_000 })
  })

  test('passes on only what OpenAI’s API has, and says what it left out', async () => {
    const hostile = { api_base: 'http://169.254.169.254', mock_response: 'x', num_retries: 9, litellm_metadata: {} }
    const { headers } = await customer.chat({
      temperature: 0.5,
      user: null,
      metadata: { feature: 'x', a: 1 },
      ...hostile,
    })
    expect(headers.get('x-flareflow-ignored-fields')).toBe('api_base, mock_response, num_retries, litellm_metadata')
    expect(Object.keys(world.upstream.heard[0]?.body ?? {}).sort()).toEqual(
      ['max_tokens', 'messages', 'metadata', 'model', 'temperature'].sort(),
    )
    expect(world.upstream.heard[0]?.body['metadata']).toEqual({ feature: 'x' })
  })

  test('of a free model needs no credits', async () => {
    const poor = await world.customer(usd(0n))
    const response = await poor.chat({ model: 'free' })
    expect([response.status, response.headers.get('x-flareflow-cost-usd')]).toEqual([200, '0.00000000'])
  })
})

describe('a stream', () => {
  const streamed = async (more: object = {}) => {
    const response = await customer.chat({ stream: true, ...more })
    return { response, events: eventsOf(await response.text()) }
  }
  test('ends with what it cost, also when nobody asked for the counts', async () => {
    const { response, events } = await streamed()
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    expect(events.at(-1)).toBe('[DONE]')
    const last = JSON.parse(events.at(-2) ?? '') as Record<string, unknown>
    expect(last).toMatchObject({
      id: 'answer-1',
      choices: [{ index: 0, delta: {}, finish_reason: null }],
      flareflow: { cost_usd: formatUsd(COST), usage_source: 'provider' },
    })
    expect(events.some((event) => event.includes('"usage"'))).toBe(false)
    expect(await customer.account()).toMatchObject({ balance: cents(100) - COST, held: 0n })
  })
  test('has the counts in its last chunk for who asks', async () => {
    const { events } = await streamed({ stream_options: { include_usage: true } })
    expect(JSON.parse(events.at(-2) ?? '')).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 10, completion_tokens: 20 },
      flareflow: { cost_usd: formatUsd(COST) },
    })
  })
  test('whose caller leaves is read to its end and paid', async () => {
    world.upstream.plan = { ...world.upstream.plan, chunks: 20, chunkMs: 10 }
    const response = await customer.chat({ stream: true })
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    await expect.poll(async () => (await customer.account()).held).toBe(0n)
    expect((await customer.account()).balance).toBe(cents(100) - COST)
  })
  test('with an error inside costs nothing', async () => {
    world.upstream.plan = { ...world.upstream.plan, fault: 'error' }
    const { events } = await streamed()
    expect(JSON.parse(events.at(-2) ?? '')).toMatchObject({ error: { message: 'the model fell over' } })
    expect(await customer.account()).toMatchObject({ balance: cents(100), held: 0n })
  })
  test('that breaks says so, and its hold stays until somebody knows more', async () => {
    world.upstream.plan = { ...world.upstream.plan, fault: 'cut', chunkMs: 20 }
    const { events } = await streamed()
    expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({ error: { code: 'litellm_unreachable' } })
    expect((await customer.account()).held).toBeGreaterThan(0n)
  })
})

describe('other routes', () => {
  test('embeddings', async () => {
    world.upstream.plan = { ...world.upstream.plan, usage: { prompt_tokens: 4 } }
    const response = await customer.ask('/embeddings', { model: 'vectors', input: 'a text' })
    expect([response.status, response.headers.get('x-flareflow-cost-usd')]).toEqual([200, '0.00000200'])
  })
  test('responses, whole and streamed', async () => {
    world.upstream.plan = { ...world.upstream.plan, usage: { input_tokens: 10, output_tokens: 20 } }
    const response = await customer.ask('/responses', { model: 'priced', input: 'a text' })
    expect([response.status, response.headers.get('x-flareflow-cost-usd')]).toEqual([200, formatUsd(COST)])
    const stream = await customer.ask('/responses', { model: 'priced', input: 'a text', stream: true })
    const events = eventsOf(await stream.text())
    expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({
      type: 'response.completed',
      flareflow: { cost_usd: formatUsd(COST) },
    })
    expect(await customer.account()).toMatchObject({ balance: cents(100) - 2n * COST, held: 0n })
  })
  test('responses are kept by no provider, whatever the caller asks', async () => {
    for (const more of [{}, { store: true }])
      await customer.ask('/responses', { model: 'priced', input: 'Hi', ...more })
    expect(world.upstream.heard.map(({ body }) => body['store'])).toEqual([false, false])
    await customer.chat({ store: true })
    expect(world.upstream.heard.at(-1)?.body).not.toHaveProperty('store')
  })
})

describe('what can’t be paid for', () => {
  test('is refused with 402 and where to buy, when nothing else would help', async () => {
    const poor = await world.customer(usd(100n))
    const response = await poor.chat()
    expect(response.status).toBe(402)
    expect(await response.json()).toMatchObject({
      error: { code: 'insufficient_credits', details: { limit_source: 'balance', affordable_usd: '0.00000100' } },
    })
    expect(world.upstream.heard).toEqual([])
  })
  test('is shortened for who would rather have a short answer', async () => {
    const poor = await world.customer(usd(100_000n))
    const response = await poor.chat({}, { 'x-clamp-max-tokens': 'true' })
    expect(response.status).toBe(200)
    const clamped = Number(response.headers.get('x-clamped-max-tokens'))
    expect(clamped).toBeGreaterThan(100)
    expect(world.upstream.heard[0]?.body['max_tokens']).toBe(clamped)
  })
})

describe('a model', () => {
  test.each([
    ['nothing', 404, 'model_not_found'],
    ['unpriced', 403, 'model_not_allowed'],
    ['dear', 403, 'model_not_allowed'],
    ['openrouter/openai/gpt-4o:online', 403, 'model_not_allowed'],
    ['groq/compound', 403, 'model_not_allowed'],
  ])('%s: %i %s', async (model, status, code) => {
    const response = await customer.chat({ model })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: { code, param: 'model' } })
  })
  test('without a price is refused, not free', async () => {
    const starter = await world.customer(cents(1), 'starter')
    const response = await starter.chat({ model: 'unpriced' })
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'model_not_priced' } }])
  })
  test('goes to the power level’s own providers first', async () => {
    const starter = await world.customer(cents(100), 'starter')
    await starter.chat({ model: 'gpt-4o' })
    await starter.chat({ model: 'gpt-4o', power_level: 'precision' })
    await starter.chat({ model: 'auto' }, { 'x-power-level': 'eco' })
    expect(world.upstream.heard.map(({ body }) => body['model'])).toEqual(['openrouter/gpt-4o', 'gpt-4o', 'free'])
  })
})

describe('what LiteLLM refuses', () => {
  test('keeps its status, tells no internals, and costs nothing', async () => {
    world.upstream.plan = {
      ...world.upstream.plan,
      status: 429,
      content: 'slow down at http://10.0.0.1/v1 with sk-secret123. Received Model Group=x',
    }
    const response = await customer.chat()
    expect(response.status).toBe(429)
    expect(await response.json()).toMatchObject({
      error: { message: 'slow down at … with sk-…', type: 'rate_limit_error', code: 'upstream_error' },
    })
    expect(await customer.account()).toMatchObject({ balance: cents(100), held: 0n })
  })
  test('as it has lost the account’s key: the key is made again and the request served', async () => {
    await customer.chat()
    world.upstream.keys.clear()
    expect((await customer.chat()).status).toBe(200)
    expect(await customer.account()).toMatchObject({ balance: cents(100) - 2n * COST, held: 0n })
  })
  test('as it has lost the account’s key: all that were under way are served', async () => {
    await customer.chat()
    world.upstream.keys.clear()
    const answers = await Promise.all(Array.from({ length: 8 }, () => customer.chat()))
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
  })
  test('as the model’s provider answers 401: the request is sent once', async () => {
    world.upstream.plan = { ...world.upstream.plan, status: 401, content: 'no such provider key' }
    await customer.chat()
    const { status } = await customer.chat()
    expect([status, world.upstream.heard.length]).toEqual([401, 2])
    expect(await customer.account()).toMatchObject({ balance: cents(100), held: 0n })
  })
})

describe('usage', () => {
  test('of what a provider adds to a short prompt, such as a schema’s preamble, is paid and no cause for a review', async () => {
    world.upstream.plan = { ...world.upstream.plan, usage: { prompt_tokens: 900, completion_tokens: 20 } }
    const response_format = { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } }
    const { headers } = await customer.chat({ response_format, max_tokens: 20 })
    expect(headers.get('x-flareflow-cost-usd')).toBe(formatUsd(usd(46_000n)))
  })
  test('that nobody told is our own count, and says so', async () => {
    world.upstream.plan = { ...world.upstream.plan, usage: null }
    const { headers } = await customer.chat()
    expect(headers.get('x-flareflow-usage-source')).toBe('gateway-count')
    expect((await customer.account()).held).toBe(0n)
  })
  test.each([
    ['negative', { prompt_tokens: -5, completion_tokens: 1 }],
    ['above the hold', { prompt_tokens: 10, completion_tokens: 4_001 }],
  ])('that is %s is booked by nobody until somebody looked', async (_name, usage) => {
    world.upstream.plan = { ...world.upstream.plan, usage }
    const { status, headers } = await customer.chat()
    expect([status, headers.has('x-flareflow-cost-usd')]).toEqual([200, false])
    const account = await customer.account()
    expect(account.balance).toBe(cents(100))
    expect(account.held).toBeGreaterThan(0n)
  })
})

describe('a malformed request', () => {
  test.each([
    [{ messages: 'hello' }, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: [{ role: 'nobody', content: 'x' }] }, 'messages.0.role'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ max_tokens: 4_001 }, 'max_tokens'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ n: 99 }, 'n'],
    [{ stream: 'yes' }, 'stream'],
    [{ power_level: 'turbo' }, 'power_level'],
    [{ user: 'a\u0000b' }, 'user'],
    [{ tools: [{ type: 'web_search' }] }, 'tools.0.type'],
    [{ tools: [{ type: 'function', googleSearch: {} }] }, 'tools.0.googleSearch'],
    [{ messages: [{ role: 'assistant', content: 'x', images: [{}] }] }, 'messages.0.images'],
  ])('%j: 400 with the field', async (more, param) => {
    const response = await customer.chat(more)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_request', param } })
    expect(world.upstream.heard).toEqual([])
  })
  test('that is no JSON: 400; of another type: 415; too large: 413', async () => {
    expect((await customer.ask('/chat/completions', '{"a":')).status).toBe(400)
    expect((await customer.ask('/chat/completions', '[]')).status).toBe(400)
    expect((await customer.ask('/chat/completions', {}, { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await customer.ask('/chat/completions', 'x'.repeat(5_000_000))).status).toBe(413)
  })
  test('from another site: 403', async () => {
    const response = await customer.chat({}, { origin: 'https://evil.example' })
    expect([response.status, await response.json()]).toMatchObject([403, { error: { code: 'origin_refused' } }])
  })
})
