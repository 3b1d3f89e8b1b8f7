import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { AppError } from '#lib/errors/app-error.ts'
import { createLitellmClient } from '#services/clients/litellm/index.ts'

const masterKey = 'sk-planted-master-key'
const keySecret = 'sk-planted-customer-key'
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A client of a LiteLLM that misbehaves. */
async function clientOf(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return createLitellmClient({ url: `http://127.0.0.1:${address.port}`, masterKey })
}

const answer =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)

async function failureOf(call: Promise<unknown>): Promise<AppError> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof AppError)) throw new Error(`Not an AppError: ${inspect(error)}`)
  return error
}

const newKey = { alias: 'a', secret: keySecret, metadata: {} }
const echo = JSON.stringify({ error: { message: `${keySecret} and ${masterKey} are bad`, type: 'bad_request_error' } })
const detail = JSON.stringify({ detail: [{ input: { key: keySecret } }] })

describe('no secret is in an error, whatever LiteLLM does', () => {
  test.each<[string, RequestListener]>([
    ['a refusal that repeats the keys', answer(400, echo)],
    ['a validation error that repeats the body', answer(422, detail)],
    ['a failure that repeats the keys', answer(500, echo)],
    ['an answer of another shape', answer(200, echo)],
    ['no JSON', answer(200, `<html>${keySecret}</html>`)],
    ['a redirect', answer(302, '', { location: 'http://127.0.0.1:9/' })],
    ['a connection that breaks', (request) => request.socket.destroy()],
  ])('%s', async (_name, listener) => {
    const client = await clientOf(listener)
    const error = await failureOf(client.generateKey(newKey))
    // What a logger would print: the error with all its fields and causes.
    const printed = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error) + error.internal
    expect(printed).toContain('/key/generate')
    expect(printed).not.toContain('planted')
  })
})

describe('the code says whether it may work later', () => {
  test.each<[number, string]>([
    [400, 'litellm_refused'],
    [401, 'litellm_refused'],
    [403, 'litellm_refused'],
    [422, 'litellm_refused'],
    [429, 'litellm_unreachable'],
    [500, 'litellm_unreachable'],
    [503, 'litellm_unreachable'],
  ])('%i → %s', async (status, code) => {
    const client = await clientOf(answer(status, echo))
    expect((await failureOf(client.generateKey(newKey))).code).toBe(code)
  })

  test('nobody listens', async () => {
    const client = createLitellmClient({ url: 'http://127.0.0.1:9', masterKey })
    expect(await failureOf(client.readiness())).toMatchObject({ code: 'litellm_unreachable', retryable: true })
  })

  test('a proxy that hangs is given up at its time limit', async () => {
    const client = await clientOf(() => {})
    const error = await failureOf(client.readiness())
    expect(error).toMatchObject({ code: 'litellm_unreachable' })
    expect(error.internal).toContain('no answer in time')
  })
})

describe('a page of LiteLLM’s books', () => {
  test('a row that can’t be read does not spoil the others', async () => {
    const row = {
      request_id: 'chatcmpl-1',
      api_key: 'ab'.repeat(32),
      spend: 0.1,
      startTime: '2026-11-21T00:00:00.000+00:00',
      endTime: '2026-11-21T00:00:01.000+00:00',
      model_group: 'gpt-4',
      status: 'success',
      cache_hit: 'True',
      prompt_tokens: 0,
      completion_tokens: 0,
      metadata: { usage_object: null },
    }
    const page = { data: [{ ...row, startTime: 'never' }, row, 7], total: 3, page: 1, total_pages: 1 }
    const client = await clientOf(answer(200, JSON.stringify(page)))
    const { logs, unreadable } = await client.spendLogs({ from: new Date(0), to: new Date(1) })
    // Columns that say 0 without a usage object know nothing.
    expect(logs).toMatchObject([{ requestId: 'chatcmpl-1', cacheHit: true, inputTokens: null, outputTokens: null }])
    expect(unreadable.map(({ reason }) => reason)).toEqual([expect.stringContaining('startTime'), expect.anything()])
  })
})
