import OpenAI from 'openai'
import { WebSocket } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HeldWorld, type Holder, openHeldWorld } from '#tests/support/held-world.ts'
import { newCustomer } from '#tests/support/llm-calls.ts'
import { type ScriptedModel, startScriptedModel } from '#tests/support/scripted-model.ts'

const ENOUGH = 1_000_000_000n
let model: ScriptedModel
let world: HeldWorld

beforeAll(async () => {
  model = await startScriptedModel()
  const answer = { server: model.url }
  world = await openHeldWorld([
    { name: 'scripted', served: 'openai/scripted', answer, inputCost: 1e-6, outputCost: 1e-6 },
  ])
})
afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
  await model?.close()
})

const chat = { model: 'scripted', messages: [{ role: 'user', content: 'How are you' }], max_tokens: 50 }
interface Refusal {
  error: { message: string; provider_specific_fields: Record<string, unknown> }
}

/** One call was held for once, answered once and metered once. */
async function expectMeteredOnce(holder: Holder): Promise<void> {
  await world.untilNoneIsHeld(holder)
  const [holds, events] = [await world.holdsOf(holder), await world.eventsOf(holder)]
  expect(holds).toMatchObject([{ state: 'posted', model: 'scripted', keyHash: holder.customer.hash }])
  expect(events).toMatchObject([{ id: holds[0]?.id, status: 'success', model: 'scripted', billableTokens: 21n }])
  expect(holds[0]?.tokens).toBeGreaterThan(21n)
}

describe('a field that only one provider knows, directly at LiteLLM', () => {
  const longer = { num_predict: 9_000, generationConfig: { maxOutputTokens: 9_000 } }

  test('reaches the provider from a key that is nobody’s here', async () => {
    const stranger = await newCustomer(world.proxy.url, world.proxy.client)
    for (const more of [longer, { extra_body: longer }]) {
      expect((await stranger.chat({ ...chat, ...more })).status).toBe(200)
      expect(model.heard.at(-1)).toMatchObject(longer)
    }
  })

  test.each([
    ['num_predict', { num_predict: 9_000 }],
    ['generationConfig', { generationConfig: { maxOutputTokens: 9_000 } }],
    ['extra_body.num_predict', { extra_body: { num_predict: 9_000 } }],
    ['extra_body.generationConfig', { extra_body: { generationConfig: { maxOutputTokens: 9_000 } } }],
    ['drop_params', { drop_params: true }],
    ['fallbacks', { fallbacks: [{ model: 'gpt-4', max_tokens: 9_000 }] }],
  ])('%s is refused by name before anything is held or sent', async (field, more) => {
    const holder = await world.newVault(ENOUGH)
    const before = model.heard.length
    const refused = await holder.customer.chat({ ...chat, ...more })
    expect(refused.status).toBe(400)
    const { error } = (await refused.json()) as Refusal
    expect(error.message).toContain(field)
    expect(error.provider_specific_fields).toMatchObject({ code: 'invalid_request', field })
    expect([model.heard.length, await world.holdsOf(holder)]).toEqual([before, []])
  })

  test('is none that labels a call: those pass, with OpenAI’s own and LiteLLM’s headers', async () => {
    const holder = await world.newVault(ENOUGH)
    const labels = { metadata: { feature: 'search', tags: ['nightly'] }, tags: ['weekly'], user: 'alice' }
    const traced = { litellm_trace_id: 't', litellm_session_id: 's', litellm_metadata: { agent: 'planner' } }
    const more = { temperature: 0.5, stop: ['x'], n: 1, 'no-log': true, extra_body: { seed: 7 } }
    const headers = {
      'x-litellm-timeout': '60',
      'x-litellm-stream-timeout': '60',
      'x-litellm-num-retries': '1',
      'openai-organization': 'org-1',
      'anthropic-beta': 'context-1m-2025-08-07',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'x-litellm-tags': 'a,b',
      'x-litellm-end-user-id': 'bob',
      'x-litellm-session-id': 's-1',
      'cache-control': 's-maxage=1',
    }
    const served = await holder.customer.chat({ ...chat, ...labels, ...traced, ...more }, headers)
    expect([served.status, await served.text()]).toEqual([200, expect.stringContaining('Hello')])
    await expectMeteredOnce(holder)
    expect(await world.eventsOf(holder)).toMatchObject([{ feature: 'search' }])
  })
})

/** What LiteLLM says first to a client of its WebSocket. */
function answerOfSocket(secret: string): Promise<string> {
  const address = `${world.proxy.url.replace('http', 'ws')}/v1/responses?model=scripted`
  const socket = new WebSocket(address, { headers: { authorization: `Bearer ${secret}` } })
  return new Promise((resolve) => {
    const asked = JSON.stringify({ type: 'response.create', response: { input: 'hi' } })
    socket.addEventListener('open', () => socket.send(asked))
    socket.addEventListener('message', ({ data }) => {
      resolve(String(data))
      socket.close()
    })
    socket.addEventListener('close', ({ reason }) => resolve(`closed: ${reason}`))
  })
}

describe('a vault’s key and /responses', () => {
  const clientOf = ({ customer: { secret } }: Holder, baseURL: string) =>
    new OpenAI({ apiKey: secret, baseURL, maxRetries: 0 })
  const asked = { model: 'scripted', input: 'hi', max_output_tokens: 50 }

  test.each([
    ['through the gateway', () => world.gateway.url],
    ['directly at LiteLLM', () => `${world.proxy.url}/v1`],
  ])('%s: held for, answered and metered once, whole and as a stream', async (_name, url) => {
    const whole = await world.newVault(ENOUGH)
    const { output_text: text } = await clientOf(whole, url()).responses.create(asked)
    expect(text).toBe('Hello')
    await expectMeteredOnce(whole)
    const streamed = await world.newVault(ENOUGH)
    let said = ''
    for await (const event of await clientOf(streamed, url()).responses.create({ ...asked, stream: true })) {
      if (event.type === 'response.output_text.delta') said += event.delta
    }
    expect(said).toMatch(/^(word ){4}$/)
    await expectMeteredOnce(streamed)
  })

  test('costs nothing and holds nothing that the vault can’t pay', async () => {
    const poor = await world.newVault(1_000n)
    const before = model.heard.length
    for (const url of [world.gateway.url, `${world.proxy.url}/v1`]) {
      await expect(clientOf(poor, url).responses.create(asked)).rejects.toMatchObject({ status: 402 })
    }
    expect([model.heard.length, await world.holdsOf(poor)]).toEqual([before, []])
  })

  test('is none for what keeps its prompt elsewhere, and opens nothing below it that a model works for', async () => {
    const holder = await world.newVault(ENOUGH)
    const before = model.heard.length
    const { secret, post } = holder.customer
    expect((await post('/v1/responses', { ...asked, previous_response_id: 'resp_1' })).status).toBe(400)
    const below: [string, string][] = [
      ['POST', '/v1/responses/compact'],
      ['POST', '/v1/responses/resp_1/cancel'],
      ['GET', '/v1/responses/resp_1'],
      ['GET', '/v1/responses/resp_1/input_items'],
      ['DELETE', '/v1/responses/resp_1'],
    ]
    expect(await answerOfSocket(secret)).toContain('alone')
    for (const [method, path] of below) {
      const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
      const body = method === 'POST' ? JSON.stringify(asked) : null
      const refused = await fetch(`${world.proxy.url}${path}`, { method, headers, body })
      expect([path, refused.status, await refused.text()]).toEqual([path, 403, expect.stringContaining('alone')])
    }
    expect([model.heard.length, await world.holdsOf(holder)]).toEqual([before, []])
    // Without the plug-in's refusal a model would work for it.
    const stranger = await newCustomer(world.proxy.url, world.proxy.client)
    expect((await stranger.post('/v1/responses/compact', asked)).status).toBe(200)
    expect(model.heard.length).toBe(before + 1)
  })
})
