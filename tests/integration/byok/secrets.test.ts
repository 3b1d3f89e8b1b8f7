import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createOwnKeys, listKeys, sendToProvider, storeKey, testKey, toggleKey } from '#services/byok/index.ts'
import { openKey } from '#services/byok/open-key.ts'
import { openAccount } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { createLogger } from '#services/platform/logger.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { type ProviderMood, type ProviderServer, startProviderServer } from '#tests/support/provider-server.ts'
import { tablesThatHold } from '#tests/support/search-database.ts'

/** Of a shape that no pattern of the log knows: what keeps it out is that it is not written. */
const CANARY = randomBytes(24).toString('hex')
let opened: TestContext
let ctx: ServiceContext
let provider: ProviderServer
const seen: string[] = []

beforeAll(async () => {
  provider = await startProviderServer(CANARY)
  const masterKey = randomBytes(32).toString('base64')
  opened = await createTestContext({ variables: { BYOK_ENCRYPTION_KEY: masterKey, ALLOW_PRIVATE_PROVIDERS: 'true' } })
  const log = createLogger({ level: 'trace', name: 'canary', secrets: [], write: (line) => void seen.push(line) })
  ctx = { ...opened.ctx, log }
})
beforeEach(() => {
  provider.mood = 'well'
})
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  await provider.close()
})

const place = async (subject: string) => ({
  accountId: (await openAccount(ctx, { subject })).id,
  provider: 'together',
})
const store = (accountId: string, key = CANARY, baseUrl: string | null = provider.url) =>
  storeKey(ctx, accountId, { provider: 'together', key, baseUrl })

/** What a verb answers or throws, with all that hangs on it, as a careless log or page would show it. */
async function watch(asked: Promise<unknown>): Promise<void> {
  const said = await asked.catch((error: unknown) => error)
  seen.push(inspect(said, { depth: 20, showHidden: true }))
  ctx.log.error({ err: said, said }, 'as it came')
}

describe('a test of a stored key', () => {
  test.each([
    ['well', { outcome: 'valid', status: 200 }],
    ['echo', { outcome: 'unreachable', status: 400 }],
    ['redirect', { outcome: 'unreachable', status: 307 }],
    ['busy', { outcome: 'unreachable', status: 429 }],
    ['broken', { outcome: 'unreachable', status: null }],
  ] as const)('says when the provider is %s', async (mood, outcome) => {
    const at = await place(`flow:test-${mood}`)
    await store(at.accountId)
    provider.mood = mood
    expect(await testKey(ctx, at)).toMatchObject({ provider: 'together', ...outcome })
  })

  test('says that the provider refuses it, also when it is switched off', async () => {
    const at = await place('flow:test-refused')
    await store(at.accountId, `${CANARY}0`)
    await toggleKey(ctx, { ...at, enabled: false })
    expect(await testKey(ctx, at)).toMatchObject({ outcome: 'refused', status: 401 })
    expect(await createOwnKeys(ctx).providersOf(at.accountId)).toEqual([])
    expect(await createOwnKeys(ctx).open(at)).toBeNull()
  })

  test('follows no other of the same key at once', async () => {
    const at = await place('flow:test-often')
    await store(at.accountId)
    const tried = await Promise.allSettled(Array.from({ length: 10 }, () => testKey(ctx, at)))
    expect(tried.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const refused = { code: 'rate_limited', status: 429, details: { retryAfterSeconds: 3 } }
    await expect(testKey(ctx, at)).rejects.toMatchObject(refused)
    expect(await testKey({ ...ctx, clock: () => new Date(Date.now() + 3_000) }, at)).toMatchObject({ outcome: 'valid' })
  })

  test('of no key is an error', async () => {
    await expect(testKey(ctx, await place('flow:test-none'))).rejects.toMatchObject({ code: 'key_missing' })
  })
})

test('a key is in no log, no error, no answer and no row, whatever becomes of it', async () => {
  const at = await place('flow:canary')
  seen.length = 0
  await watch(store(at.accountId))
  await watch(listKeys(ctx, at.accountId))
  await watch(toggleKey(ctx, { ...at, enabled: true }))
  await watch(storeKey(ctx, 'cr_nobody', { provider: 'together', key: CANARY, baseUrl: null }))
  await watch(store(at.accountId, CANARY, `https://${CANARY}@host.example`))
  const openedKey = await openKey(ctx, at)
  if (!openedKey) throw new Error('The key was stored.')
  ctx.log.info({ openedKey }, 'an opened key that somebody logs')
  const call = { openedKey, route: '/chat/completions', model: 'm', body: { messages: [] } } as const
  const moods: ProviderMood[] = ['well', 'echo', 'redirect', 'busy', 'broken']
  for (const mood of moods) {
    provider.mood = mood
    await ctx.db.execute(sql`update provider_keys set tested_at = null`)
    await watch(testKey(ctx, at))
    const sent = sendToProvider(ctx, { ...call, signal: AbortSignal.timeout(5_000) })
    await watch(sent.then(async ({ body, headers }) => [[...headers], await new Response(body).text()]))
  }
  provider.mood = 'well'
  const wrong = { ...openedKey, apiKey: `${CANARY}0` }
  await watch(sendToProvider(ctx, { ...call, openedKey: wrong, signal: AbortSignal.timeout(5_000) }))
  expect(seen.length).toBeGreaterThan(30)
  expect(seen.filter((text) => text.includes(CANARY))).toEqual([])
  expect(await tablesThatHold(ctx.env.database.url, CANARY)).toEqual([])
})

test('the same search finds a key that is logged, answered or kept in the clear', async () => {
  const at = await place('flow:planted')
  await store(at.accountId)
  seen.length = 0
  const openedKey = await openKey(ctx, at)
  ctx.log.info(`the key is ${openedKey?.apiKey}`)
  await watch(Promise.resolve({ openedKey }))
  expect(seen.filter((text) => text.includes(CANARY)).length).toBeGreaterThan(1)
  await ctx.db.execute(sql`update provider_keys set masked = ${CANARY} where account_id = ${at.accountId}`)
  expect(await tablesThatHold(ctx.env.database.url, CANARY)).toEqual(['public.provider_keys'])
})
