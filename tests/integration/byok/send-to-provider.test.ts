import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { fetch as plainFetch } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { AppError } from '#lib/errors/app-error.ts'
import { sendToProvider, storeKey, testKey } from '#services/byok/index.ts'
import { createGuardedFetch, type GuardedFetch } from '#services/clients/guarded-fetch/index.ts'
import { openAccount } from '#services/credits/index.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { hostileNames, hostileUrls } from '#tests/support/hostile-urls.ts'
import { type ProviderServer, startProviderServer } from '#tests/support/provider-server.ts'

const KEY = 'sk-proj-0123456789abcdefghij'
let opened: TestContext
let provider: ProviderServer

beforeAll(async () => {
  provider = await startProviderServer(KEY)
  const masterKey = Buffer.alloc(32, 7).toString('base64')
  opened = await createTestContext({
    variables: { BYOK_ENCRYPTION_KEY: masterKey, ALLOW_PRIVATE_PROVIDERS: 'true' },
  })
})
afterEach(() => {
  provider.mood = 'well'
  provider.content = 'Hello'
  provider.requests.length = 0
})
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  await provider.close()
})

interface Asked {
  readonly body?: Record<string, unknown>
  readonly signal?: AbortSignal
  readonly apiKey?: string
  readonly baseUrl?: string
  readonly provider?: string
  readonly fetch?: GuardedFetch
}
const messages = [{ role: 'user', content: 'Hello' }]
const send = ({ body = {}, signal = AbortSignal.timeout(5_000), fetch, ...key }: Asked = {}) =>
  sendToProvider(
    { env: opened.ctx.env, ...(fetch && { fetch }) },
    {
      openedKey: { provider: 'openai', apiKey: KEY, baseUrl: provider.url, ...key },
      route: '/chat/completions',
      model: 'gpt-4o',
      body: { messages, model: 'openai/gpt-4o', ...body },
      signal,
    },
  )
const failure = (asked: Promise<unknown>): Promise<AppError> =>
  asked.then(
    () => Promise.reject(new Error('It was answered.')),
    (error: AppError) => error,
  )
const textOf = ({ body }: { body: ReadableStream<Uint8Array> | null }) => new Response(body).text()

describe('a request on a key of one’s own', () => {
  test('goes to the provider with the key, under the provider’s names, and its answer comes back', async () => {
    const answer = await send({ body: { max_tokens: 50 } })
    expect(answer.status).toBe(200)
    expect(JSON.parse(await textOf(answer))).toMatchObject({ usage: { prompt_tokens: 9, completion_tokens: 3 } })
    const [asked] = provider.requests
    expect(asked).toMatchObject({
      path: '/chat/completions',
      headers: { authorization: `Bearer ${KEY}` },
      body: { model: 'gpt-4o', messages, max_completion_tokens: 50 },
    })
    expect(asked?.body).not.toHaveProperty('max_tokens')
  })

  test('is streamed as the provider streams it', async () => {
    const answer = await send({ body: { stream: true } })
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    expect(await textOf(answer)).toMatch(/"Hello"[\s\S]*"prompt_tokens":9[\s\S]*\[DONE\]/)
  })

  test('brings back no header of the provider but what its answer is and when to come again', async () => {
    provider.mood = 'busy'
    const { status, headers } = await send()
    expect(status).toBe(429)
    expect([...headers]).toEqual([
      ['content-type', 'application/json'],
      ['retry-after', '7'],
    ])
  })
})

describe('a request that fails', () => {
  test('for a refused key says so, and that it is the own one', async () => {
    const error = await failure(send({ apiKey: `${KEY}-wrong` }))
    expect(error).toMatchObject({ code: 'provider_key_refused', status: 401 })
    expect(error.publicMessage).toContain('OpenAI refused your own key')
  })

  test.each([
    ['redirect', 'provider_refused'],
    ['broken', 'provider_unreachable'],
    ['half', 'provider_unreachable'],
    ['empty', 'provider_refused'],
  ] as const)('because the provider is %s is an error of its own', async (mood, code) => {
    provider.mood = mood
    expect(await failure(send())).toMatchObject({ code })
  })

  test('since nobody listens there is an error of its own', async () => {
    expect(await failure(send({ baseUrl: 'http://127.0.0.1:1/v1' }))).toMatchObject({ code: 'provider_unreachable' })
  })

  test('brings the provider’s words without the key, however often they repeat it', async () => {
    provider.mood = 'echo'
    const answer = await send()
    expect(answer.status).toBe(400)
    expect(await textOf(answer)).toContain('You sent Bearer [your key], with Bearer [your key] in it.')
  })

  test('ends when its caller says so, also before an answer began', async () => {
    provider.mood = 'silent'
    const signal = AbortSignal.timeout(100)
    expect(await failure(send({ signal }))).toBe(signal.reason)
  })

  test('because the answer never ends is cut off', async () => {
    provider.mood = 'endless'
    await expect(send().then(textOf)).rejects.toMatchObject({ code: 'provider_refused' })
  })

  test('because a whole answer is larger than 4 MiB is cut off; one that is smaller passes, and so does a stream', async () => {
    provider.content = 'x'.repeat(4 * 1024 * 1024)
    await expect(send().then(textOf)).rejects.toMatchObject({ code: 'provider_refused', status: 502 })
    expect(await send({ body: { stream: true } }).then(textOf)).toContain(provider.content)
    provider.content = provider.content.slice(1_000)
    expect(await send().then(textOf)).toContain(provider.content)
  })
})

describe('addresses inside', () => {
  /** Counts who reaches it. */
  let canary: Server
  let port = 0
  let reached = 0
  const resolve = (name: string): Promise<readonly string[]> => {
    const addresses = hostileNames[name.toLowerCase().replace(/\.$/, '')]
    return addresses ? Promise.resolve(addresses) : Promise.reject(new Error('ENOTFOUND'))
  }
  beforeAll(async () => {
    canary = createServer((socket) => {
      reached += 1
      socket.on('error', () => {})
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
    })
    canary.listen(0, '::')
    await once(canary, 'listening')
    port = (canary.address() as { port: number }).port
  })
  afterAll(() => canary.close())

  test('none of more than 200 hostile base addresses is reached, neither to send nor to test a key', async () => {
    const strict = await createTestContext({
      variables: { BYOK_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64') },
    })
    const fetch = createGuardedFetch({ reach: 'public', resolve })
    const { id: accountId } = await openAccount(strict.ctx, { subject: 'flow:hostile' })
    const urls = hostileUrls(port)
    expect(new Set(urls).size).toBeGreaterThan(200)
    const [answered, codes] = [[] as string[], new Map<string, number>()]
    const count = async (asked: Promise<unknown>, url: string) => {
      const code = await asked.then(
        () => 'answered',
        (error: AppError) => error.code,
      )
      codes.set(code, (codes.get(code) ?? 0) + 1)
      if (code !== 'address_refused') answered.push(url)
    }
    for (const baseUrl of urls) {
      await count(send({ baseUrl, fetch }), baseUrl)
      const stored = storeKey(strict.ctx, accountId, { provider: 'openai', key: KEY, baseUrl })
      // What is refused at once is not kept; the rest is refused when it is asked.
      const tested = stored.then(() => testKey({ ...strict.ctx, fetch }, { accountId, provider: 'openai' }))
      // An empty address is none: the provider's own is meant.
      if (baseUrl !== '') await count(tested, baseUrl)
    }
    expect(answered).toEqual([])
    expect(codes.get('address_refused')).toBe(urls.length * 2 - 1)
    expect(reached).toBe(0)
    await fetch.close()
    await strict[Symbol.asyncDispose]()
  })

  test('the same addresses reach it when the text of an address is judged and not where it leads', async () => {
    const looksInside = /^https?:\/\/(localhost|127\.|10\.|192\.168\.|169\.254\.|\[::1\])/i
    const naive = Object.assign(
      (url: string, init: object = {}) =>
        looksInside.test(url) ? Promise.reject(new Error('inside')) : plainFetch(url, init),
      { close: async () => {} },
    )
    for (const host of ['2130706433', '0x7f.1', '[::ffff:7f00:1]']) {
      await send({ baseUrl: `http://${host}:${port}`, fetch: naive }).catch(() => {})
    }
    expect(reached).toBe(3)
  })
})
