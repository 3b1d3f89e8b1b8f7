import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  accountKeyChange,
  createAccountKey,
  findAccountKey,
  listAccountKeys,
  newAccountKey,
  noteKeyUse,
  revokeAccountKey,
  updateAccountKey,
} from '#services/account-keys/index.ts'
import { openAccount } from '#services/credits/index.ts'
import { type Actor, type ServiceContext, withActor } from '#services/platform/context.ts'
import { sha256Hex } from '#services/platform/crypto/hash.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { accountKeys } from '#services/platform/db/schema/index.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { tablesThatHold } from '#tests/support/search-database.ts'

let opened: TestContext
let system: ServiceContext
let now = new Date('2026-11-21T12:00:00Z')
let holder: ServiceContext
let accountId: string

beforeAll(async () => {
  opened = await createTestContext({ clock: () => now })
  system = opened.ctx
})
afterAll(() => opened[Symbol.asyncDispose]())
beforeEach(async () => {
  holder = await newHolder()
})

async function newHolder(): Promise<ServiceContext> {
  const { id } = await openAccount(system, { subject: `flow:${randomHex(8)}` })
  accountId = id
  return withActor(system, { kind: 'account', accountId: id, via: 'session' })
}

const create = (ctx = holder, requestKey = randomHex(8), more = {}) =>
  createAccountKey(ctx, { ...newAccountKey.parse({ name: 'My app', ...more }), requestKey })

describe('a key', () => {
  test('shows its secret once, and nothing of it is kept or listed', async () => {
    const { key, secret } = await create()
    expect(secret).toMatch(/^sk-ff-[A-Za-z0-9_-]{43}$/)
    expect(key.masked).toBe(`sk-ff-…${secret.slice(-4)}`)
    expect(await listAccountKeys(holder)).toEqual([key])
    expect(JSON.stringify(await listAccountKeys(holder))).not.toContain(sha256Hex(secret))
    expect(await tablesThatHold(opened.variables['DATABASE_URL'] ?? '', secret)).toEqual([])
  })

  test('is one, however often its request comes, also at the same time', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => create(holder, 'one-request')))
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const [key] = await listAccountKeys(holder)
    for (const answer of answers.filter((each) => each.status === 'rejected')) {
      expect(answer.reason).toMatchObject({ code: 'key_already_shown', details: { key_id: key?.id } })
    }
    expect(await listAccountKeys(holder)).toHaveLength(1)
  })

  test('is found by the hash of its secret, with its account and what it may do', async () => {
    const { key, secret } = await create(holder, randomHex(8), { power: 'eco', models: ['gpt-4o', 'gpt-4o'] })
    const found = await findAccountKey(system, sha256Hex(secret))
    expect(found).toMatchObject({ account: { id: accountId }, key: { id: key.id, power: 'eco', models: ['gpt-4o'] } })
    expect(await findAccountKey(system, sha256Hex(`${secret}x`))).toBeNull()
  })

  test('is changed in part: what is not named stays', async () => {
    const { key } = await create(holder, randomHex(8), { power: 'eco', models: ['gpt-4o'] })
    const change = accountKeyChange.parse({ name: 'Other', models: null })
    expect(await updateAccountKey(holder, { keyId: key.id, change })).toEqual({ ...key, name: 'Other', models: null })
    expect(await updateAccountKey(holder, { keyId: key.id, change: {} })).toMatchObject({ name: 'Other', power: 'eco' })
  })

  test('that is revoked is found no more, and stays so when it is revoked again', async () => {
    const { key, secret } = await create()
    await revokeAccountKey(holder, { keyId: key.id })
    now = new Date(now.getTime() + 5_000)
    await revokeAccountKey(holder, { keyId: key.id })
    expect(await findAccountKey(system, sha256Hex(secret))).toBeNull()
    expect(await listAccountKeys(holder)).toEqual([])
    const [row] = await system.db.select().from(accountKeys).where(eq(accountKeys.id, key.id))
    expect(row?.revokedAt?.getTime()).toBe(now.getTime() - 5_000)
    await expect(updateAccountKey(holder, { keyId: key.id, change: { name: 'x' } })).rejects.toMatchObject({
      code: 'key_missing',
    })
  })

  test('says when it was used, to a minute', async () => {
    const { key } = await create()
    const used = async () => {
      await noteKeyUse(system, key.id)
      return (await listAccountKeys(holder))[0]?.lastUsedAt
    }
    const first = now
    expect(await used()).toEqual(first)
    now = new Date(first.getTime() + 59_000)
    expect(await used()).toEqual(first)
    now = new Date(first.getTime() + 61_000)
    expect(await used()).toEqual(now)
  })
})

test('an account has at most 100 living keys', async () => {
  for (let i = 0; i < 100; i += 1) await create()
  await expect(create()).rejects.toMatchObject({ code: 'too_many_keys' })
  const [newest] = await listAccountKeys(holder)
  await revokeAccountKey(holder, { keyId: newest?.id ?? '' })
  await create()
})

describe('who may', () => {
  const verbs: [string, (ctx: ServiceContext, keyId: string) => Promise<unknown>][] = [
    ['create', (ctx) => create(ctx)],
    ['list', (ctx) => listAccountKeys(ctx)],
    ['update', (ctx, keyId) => updateAccountKey(ctx, { keyId, change: { name: 'Mine now' } })],
    ['revoke', (ctx, keyId) => revokeAccountKey(ctx, { keyId })],
  ]

  test.each(verbs)('%s: the holder may, nobody without an account may', async (_name, verb) => {
    const { key } = await create()
    const refused: Actor[] = [{ kind: 'anonymous' }, { kind: 'user', address: '0x01' }, { kind: 'system', job: 'test' }]
    for (const actor of refused) {
      await expect(verb(withActor(system, actor), key.id)).rejects.toMatchObject({ code: 'session_required' })
    }
    await verb(holder, key.id)
  })

  test.each(verbs.filter(([name]) => name !== 'list'))('%s: a key of the account may not', async (_name, verb) => {
    const { key } = await create()
    const byKey = withActor(system, { kind: 'account', accountId, via: 'key' })
    await expect(verb(byKey, key.id)).rejects.toMatchObject({ code: 'not_permitted' })
  })

  test.each(verbs.slice(2))('%s: another account finds no such key', async (_name, verb) => {
    const { key } = await create()
    const other = await newHolder()
    await expect(verb(other, key.id)).rejects.toMatchObject({ code: 'key_missing' })
    expect(await listAccountKeys(other)).toEqual([])
    expect(await listAccountKeys(holder)).toEqual([key])
  })

  test.each([
    ['find', () => findAccountKey(holder, 'x')],
    ['note', () => noteKeyUse(holder, 'x')],
  ])('%s: only the system itself', async (_name, verb) => {
    await expect(verb()).rejects.toMatchObject({ code: 'not_permitted' })
  })
})
