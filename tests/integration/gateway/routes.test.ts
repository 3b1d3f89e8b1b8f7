import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGateway, type Gateway } from '#services/gateway/index.ts'
import { openDatabase } from '#services/platform/db/client.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'

let books: TestContext
let gateway: Gateway

const at = (path: string): string => `http://localhost:3003/api/v1/llm${path}`
const ask = async (path: string, init: RequestInit = {}) => {
  const response = await gateway(new Request(at(path), init))
  return { status: response.status, headers: response.headers, body: (await response.json()) as unknown }
}
const withKey = (key: string): RequestInit => ({ headers: { authorization: `Bearer ${key}` } })

beforeAll(async () => {
  books = await createTestContext()
  gateway = createGateway(books.ctx)
})
afterAll(() => books[Symbol.asyncDispose]())

describe('what nobody answers', () => {
  test.each([
    ['/nothing/here', 'GET'],
    ['/', 'GET'],
    ['/%zz', 'GET'],
    ['/models/x', 'POST'],
  ])('%s: 404 in OpenAI’s shape', async (path, method) => {
    const { status, headers, body } = await ask(path, { method })
    expect(status).toBe(404)
    expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/)
    expect(body).toEqual({
      error: {
        message: 'There is nothing at this address.',
        type: 'not_found_error',
        param: null,
        code: 'not_found',
      },
    })
  })

  test('another method: 405, with those that are taken', async () => {
    const { status, headers, body } = await ask('/models', { method: 'DELETE' })
    expect([status, headers.get('allow')]).toEqual([405, 'GET'])
    expect(body).toMatchObject({ error: { code: 'method_not_allowed' } })
  })
})

describe('who is nobody', () => {
  test.each([
    ['no key', {}],
    ['an unknown key', withKey('sk-0123456789abcdef')],
    ['a token that nobody issued', withKey('eyJh.eyJz.abc')],
    ['another scheme', { headers: { authorization: 'Basic dXNlcjpwYXNz' } }],
    ['a dead session', { headers: { cookie: 'flareflow_session=abc' } }],
  ])('%s: 401', async (_name, init) => {
    const { status, body } = await ask('/models', init)
    expect(status).toBe(401)
    expect(body).toMatchObject({ error: { code: 'invalid_api_key', type: 'authentication_error' } })
  })
})

test('an id that the caller chose is not the answer’s', async () => {
  const { headers } = await ask('/nothing', { headers: { 'x-request-id': 'req_mine' } })
  expect(headers.get('x-request-id')).not.toBe('req_mine')
})

test('while the database is away a request is answered 503, and when to come again', async () => {
  const url = 'postgres://nobody@127.0.0.1:1/nothing'
  const away = openDatabase({ url, pool: 1, onConnectionError: () => undefined })
  const cut = createGateway({ ...books.ctx, db: away.db })
  const response = await cut(new Request(at('/models'), withKey('sk-0123456789abcdef')))
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await response.json()).toMatchObject({ error: { code: 'database_unavailable' } })
  await cut.close()
  await away.close()
})
