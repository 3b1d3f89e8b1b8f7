import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  deleteKey,
  listKeys,
  openKey,
  providerKeyInput,
  rewrapKeys,
  storeKey,
  toggleKey,
} from '#services/byok/index.ts'
import { openAccount } from '#services/credits/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { readMasterKeys } from '#services/platform/crypto/seal.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'

const newMasterKey = (): string => randomBytes(32).toString('base64')
const [older, newer] = [newMasterKey(), newMasterKey()]
let opened: TestContext
let ctx: ServiceContext
/** The same process, after the operator put a new master key before the old one. */
let rotating: ServiceContext

const withKeys = (text: string): ServiceContext => {
  const byok = { masterKeys: readMasterKeys(text), texts: [] }
  return { ...ctx, env: { ...ctx.env, byok } }
}
beforeAll(async () => {
  opened = await createTestContext({ variables: { BYOK_ENCRYPTION_KEY: older } })
  ctx = opened.ctx
  rotating = withKeys(`${newer},${older}`)
})
afterAll(() => opened[Symbol.asyncDispose]())

let made = 0
const newAccount = async (): Promise<string> => (await openAccount(ctx, { subject: `flow:byok-${(made += 1)}` })).id
const SECRET = 'sk-abcdefghijklmnopqrstuvwx'
const store = (accountId: string, key = SECRET) => storeKey(ctx, accountId, { provider: 'openai', key, baseUrl: null })
const open = (accountId: string, on = ctx) => openKey(on, { accountId, provider: 'openai' })

describe('a key that a customer brought', () => {
  test('is listed masked, opened for the system alone, and kept sealed', async () => {
    const accountId = await newAccount()
    expect(await store(accountId)).toMatchObject({ masked: 'sk-a…uvwx', name: 'OpenAI', enabled: true })
    expect(JSON.stringify(await listKeys(ctx, accountId))).not.toContain(SECRET)
    expect(await open(accountId)).toEqual({ provider: 'openai', key: SECRET, baseUrl: 'https://api.openai.com/v1' })
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
    expect(await open(accountId)).toMatchObject({ key: `${SECRET}2` })
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

test('every key is wrapped anew while requests go on, and then the old master key can go', async () => {
  const accounts = await Promise.all(Array.from({ length: 500 }, newAccount))
  await Promise.all(accounts.map((accountId) => store(accountId)))
  // Keys that the tests before left in a state that does not open are theirs.
  await ctx.db.execute(sql`delete from provider_keys where not (account_id = any(${sql.param(accounts)}))`)
  const done = new AbortController()
  const traffic = async (): Promise<number> => {
    let served = 0
    while (!done.signal.aborted) {
      const accountId = accounts[served % accounts.length] as string
      expect(await open(accountId, rotating)).toMatchObject({ key: SECRET })
      served += 1
    }
    return served
  }
  const requests = [traffic(), traffic()]
  const workers = [0, 1].map(async () => {
    let total = 0
    for (let count = -1; count !== 0; total += count) count = await rewrapKeys(rotating)
    return total
  })
  const counts = await Promise.all(workers)
  while ((await rewrapKeys(rotating)) > 0);
  done.abort()
  expect((await Promise.all(requests)).every((served) => served > 0)).toBe(true)
  expect(counts.reduce((all, count) => all + count, 0)).toBeLessThanOrEqual(500)
  const afterwards = withKeys(newer)
  for (const accountId of accounts) expect(await open(accountId, afterwards)).toMatchObject({ key: SECRET })
  await expect(open(accounts[0] as string, withKeys(older))).rejects.toThrow(/does not open/)
})

describe('what is entered as a key', () => {
  const parse = (provider: string, key: string, more = {}) => providerKeyInput.safeParse({ provider, key, ...more })
  test.each([
    ['openai', 'sk-proj-abcdefghijklmnop1234'],
    ['anthropic', 'sk-ant-api03-abcdefghijklmnop'],
    ['openrouter', 'sk-or-v1-abcdefghijklmnop'],
    ['groq', 'gsk_abcdefghijklmnop1234'],
    ['huggingface', 'hf_abcdefghijklmnop1234'],
    ['together', '0123456789abcdef0123456789abcdef'],
  ])('fits %s', (provider, key) => {
    expect(parse(provider, ` ${key} `).success).toBe(true)
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
  test('goes to an https address only', () => {
    expect(parse('openai', SECRET, { baseUrl: 'http://example.com' }).success).toBe(false)
    expect(parse('openai', SECRET, { baseUrl: 'https://example.com/v1' }).success).toBe(true)
  })
})
