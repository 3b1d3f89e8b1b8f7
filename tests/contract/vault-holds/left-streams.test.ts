import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HeldWorld, type Holder, openHeldWorld } from '#tests/support/held-world.ts'
import { type ScriptedModel, startScriptedModel } from '#tests/support/scripted-model.ts'

/** Longer than the slow streams of the model, shorter than its endless ones. */
const DRAIN_SECONDS = 6
const ESTIMATE = ['usage-source:estimate']
/** What the model says of each of its answers, however long; no tokenizer counts so. */
const COUNTED = { inputTokens: 9n, outputTokens: 12n, billableTokens: 21n, tags: [] }

let model: ScriptedModel
let world: HeldWorld

beforeAll(async () => {
  model = await startScriptedModel()
  const more = { served: 'openai/scripted', answer: { server: model.url }, inputCost: 1e-6, outputCost: 1e-6 }
  const environment = { FLAREFLOW_DRAIN: String(DRAIN_SECONDS) }
  // LiteLLM answers for a response of such a model from a chat.
  const bridged = { ...more, name: 'bridged', served: 'hosted_vllm/scripted' }
  world = await openHeldWorld([{ name: 'scripted', ...more }, bridged], environment)
})
afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
  await model?.close()
})

const chat = (content: string): object => ({ messages: [{ role: 'user', content }], max_tokens: 5_000 })

/** Begins a stream directly at LiteLLM, and hangs up after its first bytes. */
async function leave({ customer }: Holder, path: string, body: object): Promise<void> {
  const response = await customer.post(path, { model: 'scripted', stream: true, ...body })
  expect(response.status).toBe(200)
  const reader = response.body?.getReader()
  await reader?.read()
  await reader?.cancel()
}

/** Waits until a stream has been asked for, and hangs up before its model has said a word. */
async function leaveUnanswered({ customer }: Holder, body: object): Promise<void> {
  const asked = model.heard.length
  const caller = new AbortController()
  const response = fetch(`${world.proxy.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${customer.secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'scripted', stream: true, ...body }),
    signal: caller.signal,
  })
  await expect.poll(() => model.heard.length, { timeout: 30_000 }).toBe(asked + 1)
  caller.abort()
  await expect(response).rejects.toThrow('aborted')
}

/** The one event that ended the one hold of a call. */
async function eventOf(holder: Holder) {
  await world.untilNoneIsHeld(holder)
  const [holds, events] = [await world.holdsOf(holder), await world.eventsOf(holder)]
  expect(holds).toMatchObject([{ id: events[0]?.id, state: 'posted' }])
  expect(events).toMatchObject([{ status: 'success', stream: true }])
  return events[0]
}

describe('a stream that its client leaves at LiteLLM itself', () => {
  test.each([
    ['/v1/chat/completions', chat('slow')],
    ['/v1/responses', { input: 'slow' }],
    ['/v1/completions', { prompt: 'slow' }],
  ])('%s is billed what the model says at its end', async (path, body) => {
    const holder = await world.newVault(1_000_000_000n)
    const finished = model.finished()
    await leave(holder, path, body)
    expect(model.finished()).toBe(finished)
    expect(await eventOf(holder)).toMatchObject(COUNTED)
    expect(model.finished()).toBe(finished + 1)
  })

  test('before its first word is billed the same', async () => {
    const holder = await world.newVault(1_000_000_000n)
    await leaveUnanswered(holder, chat('late'))
    expect(await eventOf(holder)).toMatchObject(COUNTED)
  })

  test('and that goes on for longer than it is waited for is billed by an estimate, which is marked', async () => {
    const holder = await world.newVault(1_000_000_000n)
    await leave(holder, '/v1/chat/completions', chat('endless'))
    const event = await eventOf(holder)
    expect(event?.tags).toEqual(ESTIMATE)
    expect(event?.outputTokens).not.toBe(COUNTED.outputTokens)
  })
})

describe('a stream that is heard to its end', () => {
  test.each([
    ['/v1/chat/completions', chat('Hello')],
    ['/v1/responses', { input: 'Hello' }],
    ['/v1/responses', { input: 'Hello', model: 'bridged' }],
    ['/v1/completions', { prompt: 'Hello' }],
  ])('%s is billed what the model says', async (path, body) => {
    const holder = await world.newVault(1_000_000_000n)
    await (await holder.customer.post(path, { model: 'scripted', stream: true, ...body })).text()
    expect(await eventOf(holder)).toMatchObject(COUNTED)
  })

  test.each([
    ['/v1/chat/completions', chat('uncounted')],
    ['/v1/responses', { input: 'uncounted' }],
    ['/v1/responses', { input: 'uncounted', model: 'bridged' }],
  ])('%s whose model tells no counts is billed by an estimate, which is marked', async (path, body) => {
    const holder = await world.newVault(1_000_000_000n)
    const tags = { metadata: { tags: ['usage-source:provider'] } }
    await (await holder.customer.post(path, { model: 'scripted', stream: true, ...tags, ...body })).text()
    expect((await eventOf(holder))?.tags).toEqual(ESTIMATE)
  })
})
