import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createLitellmClient, meteredRoutes } from '#services/clients/litellm/index.ts'
import { type Customer, newCustomer } from '../../support/llm-calls.ts'
import { useLitellm } from '../../support/stack.ts'

let url: string
let customer: Customer
beforeAll(async () => {
  const shared = await useLitellm()
  url = shared.url
  customer = await newCustomer(url, createLitellmClient(shared))
})

const messages = [{ role: 'user', content: 'Hello' }]

describe('what carries token counts is open', () => {
  test.each([
    ['/v1/chat/completions', { model: 'gpt-4', messages }],
    ['/chat/completions', { model: 'gpt-4', messages }],
    ['/v1/completions', { model: 'gpt-3.5-turbo', prompt: 'Hello' }],
    ['/v1/embeddings', { model: 'text-embedding-3-small', input: 'Hello' }],
    ['/v1/responses', { model: 'gpt-4', input: 'Hello' }],
  ])('%s', async (path, body) => {
    expect((await customer.post(path, body)).status).toBe(200)
  })

  test('/v1/models, to read', async () => {
    const headers = { authorization: `Bearer ${customer.secret}` }
    expect((await fetch(`${url}/v1/models`, { headers })).status).toBe(200)
  })
})

/** Each is tried in `vault-holds/bounded.test.ts`; the last counts a prompt, and no model answers. */
const belowResponses = [
  '/v1/responses/{response_id}',
  '/v1/responses/{response_id}/input_items',
  '/v1/responses/{response_id}/cancel',
  '/v1/responses/compact',
  '/v1/responses/input_tokens',
]

describe('everything else is refused', () => {
  test.each([
    '/responses',
    '/openai/v1/responses',
    '/v1/messages',
    '/models/gpt-4:generateContent',
    '/v1beta/models/gpt-4:generateContent',
    '/v1/images/generations',
    '/v1/audio/speech',
    '/v1/audio/transcriptions',
    '/v1/files',
    '/v1/batches',
    '/v1/moderations',
    '/v1/rerank',
    '/v1/fine_tuning/jobs',
    '/openai/v1/chat/completions',
    '/anthropic/v1/messages',
    '/engines/gpt-4/chat/completions',
    '/key/generate',
    '/key/update',
    '/key/delete',
    '/user/new',
  ])('%s', async (path) => {
    const response = await customer.post(path, { model: 'gpt-4', messages, input: 'Hello' })
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('not allowed to call this route')
  })

  test('what LiteLLM serves below a metered route is metered, lists models, or is refused by the plug-in', async () => {
    const schema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    const { paths } = schema.parse(await (await fetch(`${url}/openapi.json`)).json())
    const below = Object.keys(paths).filter((path) =>
      meteredRoutes.some((route) => path === route || path.startsWith(`${route}/`)),
    )
    expect(new Set(below)).toEqual(new Set([...meteredRoutes, '/v1/models/{model_id}', ...belowResponses]))
    expect(Object.keys(paths).length).toBeGreaterThan(500)
  })
})
