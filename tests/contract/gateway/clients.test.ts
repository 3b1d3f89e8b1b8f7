import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { createAdaptorServer } from '@hono/node-server'
import { embed, generateText, streamText, tool, type ToolSet } from 'ai'
import OpenAI, { APIConnectionTimeoutError, APIError, RateLimitError } from 'openai'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { parseUsd } from '#lib/money/decimal.ts'
import { createAccountKey, newAccountKey } from '#services/account-keys/index.ts'
import { createGateway, type Gateway } from '#services/gateway/index.ts'
import { cacheFolder } from '#services/local/home.ts'
import { setupLitellm } from '#services/local/litellm/index.ts'
import { closeServer, listen } from '#services/platform/http-server.ts'
import { createTestContext, TEST_SECRET, type TestContext } from '#tests/support/context.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'
import { cents, type CreditCustomer, newCreditCustomer, widePrices } from '#tests/support/gateway-world.ts'
import { type MeteredLitellm, startMeteredLitellm } from '#tests/support/metered-litellm.ts'
import { type ScriptedModel, startScriptedModel } from '#tests/support/scripted-model.ts'

let model: ScriptedModel
let litellm: MeteredLitellm
let books: TestContext
let gateway: Gateway
let server: ReturnType<typeof createAdaptorServer>
let baseURL: string
let customer: CreditCustomer
let key: string
/** 21 tokens of 0.015 USD per 1K at a quarter, and the tier's 40%. */
const COST = parseUsd('0.00011025')

beforeAll(async () => {
  model = await startScriptedModel()
  const scripted = { name: 'scripted', served: 'openai/scripted', answer: { server: model.url } }
  const costs = { inputCost: 1e-6, outputCost: 1e-6 }
  // LiteLLM chooses between two of one name.
  litellm = await startMeteredLitellm({ url: 'http://127.0.0.1:9/webhook/usage', secret: TEST_SECRET }, [
    { ...scripted, ...costs },
    { ...scripted, ...costs, name: 'twins' },
    { ...scripted, ...costs, name: 'twins' },
  ])
  books = await createTestContext({
    litellm: litellm.client,
    variables: {
      LITELLM_URL: litellm.url,
      LITELLM_MASTER_KEY: litellm.masterKey,
      CREDIT_PRICES_FILE: widePrices(),
    },
  })
  customer = await newCreditCustomer(books.ctx, () => gateway, cents(100_000))
  await books.ctx.db.execute(sql`update credit_accounts set tier = 'starter' where id = ${customer.id}`)
  const holder = { ...books.ctx, actor: { kind: 'account', accountId: customer.id, via: 'session' } as const }
  const wanted = { ...newAccountKey.parse({ name: 'Clients' }), requestKey: 'once' }
  key = (await createAccountKey(holder, wanted)).secret
  gateway = createGateway(books.ctx)
  server = createAdaptorServer({ fetch: gateway })
  baseURL = `http://127.0.0.1:${await listen(server, { port: 0, host: '127.0.0.1', taken: 'taken' })}/api/v1/llm`
})
afterAll(async () => {
  await closeServer(server)
  await litellm.close()
  await books[Symbol.asyncDispose]()
  await model.close()
})

/** What is spent, when nothing is under way any more. */
async function settled(): Promise<bigint> {
  await expect.poll(async () => (await customer.account()).held).toBe(0n)
  await expectBooksBalance(books.ctx)
  return cents(100_000) - (await customer.account()).balance
}

/** What something costs. */
async function costOf(work: () => Promise<unknown>): Promise<bigint> {
  const before = await settled()
  await work()
  return (await settled()) - before
}

const said = (content: string) => ({
  model: 'scripted',
  messages: [{ role: 'user' as const, content }],
  max_tokens: 50,
})

describe('the openai package for Node', () => {
  const client = (more: object = {}) => new OpenAI({ baseURL, apiKey: key, maxRetries: 0, ...more })

  test('chats, whole and as a stream, and pays what the model says', async () => {
    const spent = await costOf(async () => {
      const { data, response } = await client().chat.completions.create(said('hi')).withResponse()
      expect(data.choices[0]?.message.content).toBe('Hello')
      expect(response.headers.get('x-flareflow-cost-usd')).toBe('0.00011025')
      const stream = await client().chat.completions.create({ ...said('hi'), stream: true })
      let text = ''
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
      expect(text.trim()).toBe('word word word word')
    })
    expect(spent).toBe(2n * COST)
  })
  test('has its tools passed through', async () => {
    const tools = [{ type: 'function' as const, function: { name: 'weather', parameters: { type: 'object' } } }]
    const { choices } = await client().chat.completions.create({ ...said('the weather?'), tools })
    expect(choices[0]?.message.tool_calls).toMatchObject([
      { function: { name: 'weather', arguments: '{"city":"Bern"}' } },
    ])
  })
  test('may send back whole what it was answered, with tools’ results', async () => {
    const weather = { name: 'weather', parameters: { type: 'object' }, strict: true }
    const tools = [{ type: 'function' as const, function: weather }]
    const asked = { ...said('the weather?'), tools }
    const parsed = await client().chat.completions.parse(asked)
    const message = parsed.choices[0]?.message
    const result = { role: 'tool' as const, tool_call_id: message?.tool_calls?.[0]?.id ?? '', content: 'Rain' }
    const again = { ...asked, messages: [...asked.messages, ...(message ? [message] : []), result] }
    expect((await client().chat.completions.create(again)).choices).toHaveLength(1)
    const { output } = await client().responses.create({ model: 'scripted', input: 'hi', max_output_tokens: 50 })
    const input = [...output, { role: 'user' as const, content: 'hi' }] as OpenAI.Responses.ResponseInput
    const next = await client().responses.create({ model: 'scripted', input, max_output_tokens: 50 })
    expect(next.output_text).toContain('Hello')
  })
  test('embeds, completes, and uses responses', async () => {
    const vectors = await client().embeddings.create({ model: 'text-embedding-3-small', input: 'a text' })
    expect(vectors.data).toHaveLength(1)
    const answer = await client().responses.create({ model: 'scripted', input: 'hi', max_output_tokens: 50 })
    expect(answer.output_text).toContain('Hello')
    const completion = await client().completions.create({ model: 'gpt-4', prompt: 'Once', max_tokens: 100 })
    expect(completion.choices[0]?.text).toContain('gpt-4')
  })
  test.each([
    [
      'an unknown model',
      () => client().chat.completions.create({ ...said('hi'), model: 'nothing' }),
      404,
      'model_not_found',
    ],
    ['an unknown key', () => client({ apiKey: 'sk-unknown0000000000' }).models.list(), 401, 'invalid_api_key'],
    ['a bad field', () => client().chat.completions.create({ ...said('hi'), n: 99 }), 400, 'invalid_request'],
    ['a model that refuses', () => client().chat.completions.create(said('fail')), 429, 'upstream_error'],
  ])('raises %s as OpenAI would', async (_name, work, status, code) => {
    const error = await work().then(
      () => null,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ status, code, requestID: expect.stringMatching(/^req_[0-9a-f]{32}$/) })
  })
  test('tries again what may pass', async () => {
    let tries = 0
    const counting = { maxRetries: 1, fetch: (...args: Parameters<typeof fetch>) => ((tries += 1), fetch(...args)) }
    await expect(client(counting).chat.completions.create(said('fail'))).rejects.toBeInstanceOf(RateLimitError)
    expect(tries).toBe(2)
  })
  test('is served though the model failed for others just now', async () => {
    const ask = (words: string) => client({ maxRetries: 0 }).chat.completions.create({ ...said(words), model: 'twins' })
    for (let i = 0; i < 6; i += 1) await expect(ask('fail')).rejects.toBeInstanceOf(RateLimitError)
    expect((await ask('hi')).choices).toHaveLength(1)
  })
  test('that leaves mid-stream pays for the whole answer, which the model made', async () => {
    const finished = model.finished()
    const spent = await costOf(async () => {
      const stream = await client().chat.completions.create({ ...said('slow'), stream: true })
      for await (const _ of stream) break
      await expect.poll(() => model.finished()).toBe(finished + 1)
    })
    expect(spent).toBe(COST)
  })
  test('that gives up waiting has its request carried on and paid', async () => {
    const spent = await costOf(async () => {
      const heard = model.heard.length
      const work = client({ timeout: 500 }).chat.completions.create(said('late'))
      await expect(work).rejects.toBeInstanceOf(APIConnectionTimeoutError)
      await expect.poll(() => model.heard.length).toBe(heard + 1)
    })
    expect(spent).toBe(COST)
  })
})

describe('the Vercel AI SDK', () => {
  const provider = () => createOpenAICompatible({ name: 'flareflow', baseURL, apiKey: key, includeUsage: true })

  test('generates, streams, calls tools and embeds', async () => {
    const scripted = provider()('scripted')
    const spent = await costOf(async () => {
      const { text, usage } = await generateText({ model: scripted, prompt: 'hi', maxOutputTokens: 50 })
      expect([text, usage.outputTokens]).toEqual(['Hello', 12])
      const stream = streamText({ model: scripted, prompt: 'hi', maxOutputTokens: 50 })
      let streamed = ''
      for await (const part of stream.textStream) streamed += part
      expect(streamed.trim()).toBe('word word word word')
      expect((await stream.usage).outputTokens).toBe(12)
      const weather = tool({ description: 'tells', inputSchema: z.object({ city: z.string() }) })
      const called = await generateText({
        model: scripted,
        prompt: 'weather?',
        tools: { weather: weather as ToolSet[string] },
        maxOutputTokens: 50,
      })
      expect(called.toolCalls).toMatchObject([{ toolName: 'weather', input: { city: 'Bern' } }])
    })
    expect(spent).toBe(3n * COST)
    const { embedding } = await embed({
      model: provider().textEmbeddingModel('text-embedding-3-small'),
      value: 'a text',
    })
    expect(embedding).toHaveLength(3)
  })
  test('raises errors, and may be aborted', async () => {
    await expect(generateText({ model: provider()('nothing'), prompt: 'hi', maxRetries: 0 })).rejects.toMatchObject({
      statusCode: 404,
    })
    const aborting = new AbortController()
    const stream = streamText({ model: provider()('scripted'), prompt: 'slow', abortSignal: aborting.signal })
    const finished = model.finished()
    for await (const _ of stream.textStream) aborting.abort()
    await expect.poll(() => model.finished()).toBe(finished + 1)
    await settled()
  })
})

test('the openai package for Python sees what the one for Node does', async () => {
  const { python } = await setupLitellm({ cacheDir: cacheFolder() })
  const { stdout } = await promisify(execFile)(python, ['tests/support/openai_suite.py', baseURL, key])
  expect(JSON.parse(stdout)).toEqual({
    chat: 'Hello',
    cost: '0.00011025',
    stream: 'word word word word ',
    streamUsage: 12,
    streamCost: '0.00011025',
    tool: 'weather',
    vectors: 3,
    models: true,
    errors: [
      ['NotFoundError', 404, 'model_not_found'],
      ['BadRequestError', 400, 'invalid_request'],
      ['RateLimitError', 429, 'upstream_error'],
      ['AuthenticationError', 401, 'invalid_api_key'],
    ],
    timeout: true,
    abort: true,
    retries: 2,
  })
  await settled()
})
