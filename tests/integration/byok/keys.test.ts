import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOwnKeys, deleteKey, listKeys, providerKeyInput, storeKey, toggleKey } from '#services/byok/index.ts'
import { openAccount } from '#services/credits/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'

let opened: TestContext
let ctx: ServiceContext

beforeAll(async () => {
  opened = await createTestContext({ variables: { BYOK_ENCRYPTION_KEY: randomBytes(32).toString('base64') } })
  ctx = opened.ctx
})
afterAll(() => opened[Symbol.asyncDispose]())

let made = 0
const newAccount = async (): Promise<string> => (await openAccount(ctx, { subject: `flow:byok-${(made += 1)}` })).id
const SECRET = 'sk-abcdefghijklmnopqrstuvwx'
const store = (accountId: string, key = SECRET) => storeKey(ctx, accountId, { provider: 'openai', key, baseUrl: null })
/** As a process that starts now does it: one that runs remembers for a second. */
const open = async (accountId: string, on = ctx) => createOwnKeys(on).open({ accountId, provider: 'openai' })

describe('a key that a customer brought', () => {
  test('is listed masked, opened for the system alone, and kept sealed', async () => {
    const accountId = await newAccount()
    expect(await store(accountId)).toMatchObject({ masked: 'sk-a…uvwx', name: 'OpenAI', enabled: true })
    expect(JSON.stringify(await listKeys(ctx, accountId))).not.toContain(SECRET)
    expect(await open(accountId)).toEqual({ provider: 'openai', apiKey: SECRET, baseUrl: 'https://api.openai.com/v1' })
    await expect(open(accountId, withActor(ctx, { kind: 'user', address: '0x1' }))).rejects.toThrow(/system itself/)
    const { rows } = await ctx.db.execute(sql`select to_jsonb(provider_keys)::text as text from provider_keys`)
    expect(JSON.stringify(rows)).not.toContain(SECRET.slice(6, 20))
  })

  test('is replaced by a newer one, switched off and on, and forgotten', async () => {
    const accountId = await newAccount()
    const place = { accountId, provider: 'openai' }
    await store(accountId)
    await store(accountId, `${SECRET}2`)
    expect(await listKeys(ctx, accountId)).toHaveLength(1)
    expect(await open(accountId)).toMatchObject({ apiKey: `${SECRET}2` })
    await toggleKey(ctx, { ...place, enabled: false })
    expect(await open(accountId)).toBeNull()
    await toggleKey(ctx, { ...place, enabled: true })
    expect(await open(accountId)).not.toBeNull()
    await deleteKey(ctx, place)
    await deleteKey(ctx, place)
    expect(await open(accountId)).toBeNull()
    await expect(toggleKey(ctx, { ...place, enabled: true })).rejects.toMatchObject({ code: 'key_missing' })
  })

  test('does not open in another account’s row', async () => {
    const [mine, theirs] = [await newAccount(), await newAccount()]
    await store(mine)
    await store(theirs, `${SECRET}-of-somebody-else`)
    await ctx.db.execute(sql`
      update provider_keys set (master_key, wrapped, sealed) =
        (select master_key, wrapped, sealed from provider_keys where account_id = ${theirs})
      where account_id = ${mine}`)
    await expect(open(mine)).rejects.toThrow(/does not open/)
  })
})

describe('what is entered as a key', () => {
  const parse = (provider: string, key: string, more = {}) =>
    providerKeyInput.safeParse({ provider, api_key: key, ...more })
  test('is trimmed and fits its provider', () => {
    expect(parse('openai', ` ${SECRET} `)).toMatchObject({ success: true, data: { key: SECRET } })
  })
  test.each([
    ['openai', 'sk-ant-api03-abcdefghijklmnop'],
    ['anthropic', 'sk-proj-abcdefghijklmnop1234'],
    ['groq', 'short'],
    ['groq', 'gsk_abcdefghijklm nop1234'],
    ['nobody', 'sk-proj-abcdefghijklmnop1234'],
  ])('of another provider or no provider is refused: %s', (provider, key) => {
    expect(parse(provider, key).success).toBe(false)
  })

  test.each(['ftp://example.com', 'example.com/v1', 'not an address'])('goes to no address like %s', (baseUrl) => {
    expect(parse('openai', SECRET, { base_url: baseUrl }).success).toBe(false)
  })
  test('goes to an address of one’s own, as far as its text shows a public one', async () => {
    const accountId = await newAccount()
    const at = (baseUrl: string) => storeKey(ctx, accountId, { provider: 'openai', key: SECRET, baseUrl })
    expect(await at('https://llm.example/v1/')).toMatchObject({ baseUrl: 'https://llm.example/v1' })
    for (const wrong of ['http://llm.example/v1', 'https://me@llm.example/v1', 'https://llm.example/v1?key=1']) {
      await expect(at(wrong)).rejects.toMatchObject({ code: 'address_refused' })
    }
    expect(await listKeys(ctx, accountId)).toMatchObject([{ baseUrl: 'https://llm.example/v1' }])
  })
})
