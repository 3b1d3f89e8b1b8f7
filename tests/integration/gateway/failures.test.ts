import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
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
  Object.assign(world.upstream.plan, { status: 200, fault: null })
  world.upstream.heard.length = 0
  customer = await world.customer(cents(100))
})
afterEach(() => expectBooksBalance(world.ctx))
afterAll(() => world[Symbol.asyncDispose]())

const nothingSpent = { balance: cents(100), held: 0n }

describe('what failed tells that it cost nothing', () => {
  test.each([429, 500, 503])('answered %i: in its header', async (status) => {
    world.upstream.plan.status = status
    const { headers, status: answered } = await customer.chat()
    expect([answered, headers.get('x-flareflow-cost-usd')]).toEqual([status, '0.00000000'])
    expect(await customer.account()).toMatchObject(nothingSpent)
  })

  test('in the middle of a stream: in its last chunk, behind the error', async () => {
    world.upstream.plan.fault = 'error'
    const events = eventsOf(await (await customer.chat({ stream: true })).text()).map((data): unknown =>
      data === '[DONE]' ? data : JSON.parse(data),
    )
    const failed = events.findIndex((event) => Object.hasOwn(event as object, 'error'))
    expect(failed).toBeGreaterThan(-1)
    expect(events.slice(failed + 1)).toMatchObject([{ flareflow: { cost_usd: '0.00000000', usage_source: null } }])
    expect(await customer.account()).toMatchObject(nothingSpent)
  })
})

describe('a body that LiteLLM would fail at', () => {
  const half = 'a\ud800b'
  const schema = { type: 'json_schema' }
  test.each([
    [{ messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }, 'messages.0.content.0.image_url'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: 5 }] }] },
      'messages.0.content.0.image_url',
    ],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages.0.tool_call_id'],
    [{ tools: [{ type: 'function', function: {} }] }, 'tools.0.function.name'],
    [{ tools: [{ type: 'custom' }] }, 'tools.0.custom'],
    [{ tool_choice: {} }, 'tool_choice.type'],
    [{ response_format: {} }, 'response_format.type'],
    [{ response_format: schema }, 'response_format.json_schema'],
    [{ response_format: { ...schema, json_schema: {} } }, 'response_format.json_schema.name'],
    [{ messages: [{ role: 'user', content: half }] }, 'messages.0.content'],
    [{ tools: [{ type: 'function', function: { name: 'a', parameters: { [half]: 1 } } }] }, /^tools\.0\..*a\ufffdb$/],
    [{ stop: ['b', half] }, 'stop.1'],
  ])('%j: 400 with the field, nothing sent and nothing held', async (more, param) => {
    const response = await customer.chat(more)
    const { error } = (await response.json()) as { error: { code: string; param: string } }
    expect([response.status, error.code]).toEqual([400, 'invalid_request'])
    expect(error.param).toMatch(typeof param === 'string' ? new RegExp(`^${param}$`) : param)
    expect(world.upstream.heard).toEqual([])
    expect(await customer.account()).toMatchObject(nothingSpent)
  })

  test.each([
    [{ text: { format: 5 } }, 'text.format'],
    [{ text: { format: schema } }, 'text.format.name'],
    [{ tools: [{ type: 'function' }] }, 'tools.0.name'],
    [{ input: half }, 'input'],
  ])('%j of a response: 400 with the field, nothing sent and nothing held', async (more, param) => {
    const response = await customer.ask('/responses', { model: 'priced', input: 'hi', ...more })
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'invalid_request', param } }])
    expect([world.upstream.heard, await customer.account()]).toMatchObject([[], nothingSpent])
  })

  test('is not one that spells whole characters by their escapes', async () => {
    const body = '{"model":"priced","messages":[{"role":"user","content":"\\ud83d\\ude00 \\\\ud800"}]}'
    expect((await customer.ask('/chat/completions', body)).status).toBe(200)
  })
})
