import { beforeAll, describe, expect, test } from 'vitest'
import { BODY_LIMIT_BYTES } from '#app/_http/read-json.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { openTestWeb } from '#tests/support/test-web.ts'
import { type Answer, Browser, loadRoute, routePaths } from '#tests/support/web-browser.ts'

let world: ChainWorld
let browser: Browser
const posts: string[] = []

beforeAll(async () => {
  world = await openChainWorld()
  await openTestWeb(world)
  browser = new Browser()
  await browser.signIn(world.accounts.customer)
  // What Stripe posts is signed as it came, and has a test of its own.
  const asked = routePaths.filter((path) => !path.includes('...') && !path.includes('stripe'))
  for (const path of asked) if ((await loadRoute(path)).POST) posts.push(path)
})

/** Asks every POST route of the tree the same. */
async function askAll(more: Parameters<Browser['post']>[2]): Promise<Answer[]> {
  expect(posts.length).toBeGreaterThan(4)
  return Promise.all(posts.map((path) => browser.post(path.replace('[id]', '1'), {}, more)))
}
const codes = (answers: Answer[]) => [...new Set(answers.map(({ status, body }) => `${status} ${body.error?.code}`))]

describe('every route that takes a body', () => {
  test('415: a form, which any site can send', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect(codes(await askAll({ headers: { 'content-type': type } }))).toEqual(['415 unsupported_media_type'])
    }
    expect(codes(await askAll({ headers: { 'content-type': null } }))).toEqual(['415 unsupported_media_type'])
  })

  test('413: more than the limit', async () => {
    const rawBody = JSON.stringify({ text: 'x'.repeat(BODY_LIMIT_BYTES) })
    expect(codes(await askAll({ rawBody }))).toEqual(['413 payload_too_large'])
  })

  test('400: no JSON', async () => {
    expect(codes(await askAll({ rawBody: '{"a":' }))).toEqual(['400 invalid_request'])
  })
})

describe('every answer', () => {
  test('is kept by no cache, guessed by no browser, framed by no page, and has an id', async () => {
    const answers = await Promise.all([
      browser.get('/api/config'),
      browser.get('/api/vaults'),
      browser.get('/api/nothing'),
      browser.post('/api/auth/nonce'),
      browser.get('/api/vaults/999999'),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 200, 404])
    for (const { headers } of answers) {
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  test("carries the caller's request id, unless that could break a log", async () => {
    const ask = (id: string) => browser.get('/api/config', { headers: { 'x-request-id': id } })
    expect((await ask('order-1234')).headers.get('x-request-id')).toBe('order-1234')
    expect((await ask('a b;c=d e f g')).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})
