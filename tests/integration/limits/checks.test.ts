import { asc } from 'drizzle-orm'
import { beforeEach, describe, expect, test } from 'vitest'
import { changeLimit, createLimit, createLimitChecker, listLimits, removeLimit } from '#services/limits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { alerts, apiKeys, keyBlocks, limitChecks } from '#services/platform/db/schema/index.ts'
import { ANN, asUser, OPERATOR_ADDRESS, ownersChain } from '#tests/support/alerts.ts'
import { createTestContext } from '#tests/support/context.ts'
import { blocks, keyIdOf, refusedBy, told, tokenLimit, use } from '#tests/support/limits.ts'
import { giveKey } from '#tests/support/usage-events.ts'

const owners = ownersChain({ 7: ANN, 8: ANN })
let ctx: ServiceContext
let now: Date
let [keyHash, keyId] = ['', '']
beforeEach(async () => {
  now = new Date('2026-11-20T10:00:00Z')
  const opened = await createTestContext({ chain: owners.chain, clock: () => now, variables: { LOG_LEVEL: 'silent' } })
  ctx = opened.ctx
  keyHash = await giveKey(ctx, 7n)
  keyId = keyIdOf(keyHash)
  return () => opened[Symbol.asyncDispose]()
})

const HOUR = 3_600_000
const checkLimits = createLimitChecker()
const later = (ms: number): void => void (now = new Date(now.getTime() + ms))
const ann = (): ServiceContext => asUser(ctx, ANN)
const operator = (): ServiceContext => asUser(ctx, OPERATOR_ADDRESS)

describe('thresholds are told', () => {
  test('each once a window, as the usage grows, and again in the next window', async () => {
    await createLimit(ann(), tokenLimit({ kind: 'soft' }))
    for (const tokens of [499, 1, 299, 1, 199, 1, 5_000]) {
      await use(ctx, keyHash, tokens, { endUser: 'ann' })
      await checkLimits(ctx)
      await checkLimits(ctx)
    }
    expect(await told(ctx)).toEqual([50, 80, 100].map((threshold) => ['2026-11-20', threshold]))
    later(24 * HOUR)
    await use(ctx, keyHash, 900, { endUser: 'ann' })
    await checkLimits(ctx)
    expect((await told(ctx)).slice(3)).toEqual([50, 80].map((threshold) => ['2026-11-21', threshold]))
    expect(await blocks(ctx)).toEqual([])
  })

  test('all that a single call reaches, with what is used and what happens now', async () => {
    await createLimit(ann(), tokenLimit())
    await use(ctx, keyHash, 2_500, { endUser: 'ann' })
    await checkLimits(ctx)
    const rows = await ctx.db.select().from(alerts).orderBy(asc(alerts.createdAt))
    expect(rows.map(({ severity }) => severity)).toEqual(['info', 'warning', 'critical'])
    expect(rows[2]).toMatchObject({ account: 'vault:7', audience: null, data: { percent: '250', used: '2500' } })
    expect(rows[2]?.sentence).toBe(
      '100% of the limit of 1,000 tokens a day for end user “ann” of subscription 7 is used: 2,500 tokens. ' +
        'Requests with this label are refused until 2026-11-21 00:00 UTC, or until the limit is raised.',
    )
  })

  test('once more when the limit was raised and the usage reaches them anew', async () => {
    const { limit } = await createLimit(ann(), tokenLimit({ kind: 'soft' }))
    await use(ctx, keyHash, 850, { endUser: 'ann' })
    await checkLimits(ctx)
    expect(await told(ctx)).toHaveLength(2)
    await changeLimit(ann(), { id: limit.id, amount: '1500' })
    await checkLimits(ctx)
    expect(await told(ctx)).toHaveLength(2)
    await use(ctx, keyHash, 350, { endUser: 'ann' })
    await checkLimits(ctx)
    // 50% was still reached after the raise; 80% was not.
    expect((await told(ctx)).map((entry) => (entry as unknown[])[1]).toSorted()).toEqual([50, 80, 80])
  })

  test('of the window before when usage comes late, without a block in this one', async () => {
    await createLimit(ann(), tokenLimit({ scope: 'key', value: keyId }))
    later(20 * HOUR)
    await use(ctx, keyHash, 5_000, { startedAt: '2026-11-20T23:59:00.000Z' })
    await checkLimits(ctx)
    expect(await told(ctx)).toEqual([50, 80, 100].map((threshold) => ['2026-11-20', threshold]))
    const rows = await ctx.db.select().from(alerts)
    expect(rows.every(({ sentence }) => sentence.includes('in the window that ended 2026-11-21 00:00 UTC'))).toBe(true)
    expect(await blocks(ctx)).toEqual([])
  })

  test('not of windows before the limit was set', async () => {
    await use(ctx, keyHash, 5_000, { startedAt: '2026-11-19T12:00:00.000Z', endUser: 'ann' })
    await createLimit(ann(), tokenLimit())
    await checkLimits(ctx)
    expect(await told(ctx)).toEqual([])
  })

  test('once, however many check at once while usage comes in', async () => {
    await createLimit(ann(), tokenLimit({ amount: '20000' }))
    const calls = Array.from({ length: 24 }, () => use(ctx, keyHash, 1_000, { endUser: 'ann' }))
    const checking = Array.from({ length: 6 }, async () => {
      for (let round = 0; round < 6; round += 1) await checkLimits(ctx)
    })
    await Promise.all([...calls, ...checking])
    await checkLimits(ctx)
    expect(await told(ctx)).toHaveLength(3)
    expect(await refusedBy(ctx, keyId)).toEqual(['end_user:ann'])
  })
})

describe('a hard limit on a key', () => {
  const onKey = (more = {}) => tokenLimit({ scope: 'key', value: keyId, ...more })

  test('blocks it from its amount on, and lifts when it is raised', async () => {
    const { limit } = await createLimit(ann(), onKey())
    await use(ctx, keyHash, 999)
    await checkLimits(ctx)
    expect(await blocks(ctx)).toEqual([])
    await use(ctx, keyHash, 1)
    await checkLimits(ctx)
    expect(await blocks(ctx)).toEqual([limit.id])
    expect(await ctx.db.select().from(apiKeys)).toMatchObject([{ status: 'blocked' }])
    await changeLimit(ann(), { id: limit.id, amount: '1001' })
    await checkLimits(ctx)
    expect(await blocks(ctx)).toEqual([])
    expect(await ctx.db.select().from(apiKeys)).toMatchObject([{ status: 'active' }])
  })

  test('lifts when it becomes soft, or is removed', async () => {
    const { limit } = await createLimit(ann(), onKey())
    await use(ctx, keyHash, 1_000)
    await checkLimits(ctx)
    await changeLimit(ann(), { id: limit.id, kind: 'soft' })
    await checkLimits(ctx)
    expect(await blocks(ctx)).toEqual([])
    await changeLimit(ann(), { id: limit.id, kind: 'hard' })
    await checkLimits(ctx)
    expect(await blocks(ctx)).toEqual([limit.id])
    await removeLimit(ann(), { id: limit.id })
    await checkLimits(ctx)
    expect(await blocks(ctx)).toEqual([])
  })

  test('lifts when its window ends, without any usage', async () => {
    await createLimit(ann(), onKey())
    await use(ctx, keyHash, 1_000)
    await checkLimits(ctx)
    now = new Date('2026-11-20T23:59:59.999Z')
    await checkLimits(ctx)
    expect(await blocks(ctx)).toHaveLength(1)
    now = new Date('2026-11-21T00:00:00Z')
    await checkLimits(ctx)
    expect(await blocks(ctx)).toEqual([])
  })

  test('one of two that is lifted leaves the other standing', async () => {
    const day = await createLimit(ann(), onKey())
    const all = await createLimit(ann(), onKey({ per: 'all', amount: '900' }))
    await use(ctx, keyHash, 1_000)
    await checkLimits(ctx)
    expect(await blocks(ctx)).toEqual([day.limit.id, all.limit.id].toSorted())
    later(24 * HOUR)
    await checkLimits(ctx)
    expect(await blocks(ctx)).toEqual([all.limit.id])
    expect(await ctx.db.select().from(apiKeys)).toMatchObject([{ status: 'blocked' }])
  })

  test('counts answered requests only', async () => {
    await createLimit(ann(), onKey({ metric: 'requests', amount: '3' }))
    const failed = { status: 'failure' as const, inputTokens: null, outputTokens: null }
    for (let i = 0; i < 4; i += 1) await use(ctx, keyHash, 0, failed)
    await use(ctx, keyHash, 5)
    await use(ctx, keyHash, 5, { cacheHit: true })
    await checkLimits(ctx)
    expect(await blocks(ctx)).toEqual([])
    await use(ctx, keyHash, 5)
    await checkLimits(ctx)
    expect(await blocks(ctx)).toHaveLength(1)
  })

  test('of money counts its share of the bill', async () => {
    await createLimit(ann(), onKey({ metric: 'usd', amount: '3.00', per: 'month' }))
    // 100,000 tokens of gpt-4 cost $3.00 in the first tier.
    await use(ctx, keyHash, 99_999)
    await checkLimits(ctx)
    expect(await blocks(ctx)).toEqual([])
    await use(ctx, keyHash, 1)
    await checkLimits(ctx)
    expect(await blocks(ctx)).toHaveLength(1)
    expect((await listLimits(ann(), {})).limits).toMatchObject([{ used: '3.00000000', percent: 100, blocked: true }])
    // The next tier makes the whole bill cheaper: $2.025 for 100,001 tokens.
    await use(ctx, keyHash, 1)
    await checkLimits(ctx)
    expect(await blocks(ctx)).toEqual([])
  })
})

test('a limit on a key goes over to the key in its place, which is not blocked for what the other used', async () => {
  const { limit } = await createLimit(ann(), tokenLimit({ scope: 'key', value: keyId }))
  await use(ctx, keyHash, 1_000)
  await checkLimits(ctx)
  await ctx.db.update(apiKeys).set({ status: 'deleted' })
  const nextHash = await giveKey(ctx, 7n, 'ab'.repeat(32))
  await checkLimits(ctx)
  expect((await listLimits(ann(), { account: 'vault:7' })).limits).toMatchObject([
    { id: limit.id, value: keyIdOf(nextHash), used: '0', blocked: false },
  ])
  await use(ctx, nextHash, 1_000)
  await checkLimits(ctx)
  expect((await ctx.db.select().from(keyBlocks)).filter(({ keyId: id }) => id === keyIdOf(nextHash))).toHaveLength(1)
})

describe('a hard limit on a label', () => {
  test('refuses that end user with every key of the account, and no other account', async () => {
    const other = keyIdOf(await giveKey(ctx, 8n))
    const { limit } = await createLimit(ann(), tokenLimit())
    await use(ctx, keyHash, 1_000, { endUser: 'ben' })
    await checkLimits(ctx)
    expect(await refusedBy(ctx, keyId)).toEqual([])
    await use(ctx, keyHash, 1_000, { endUser: 'ann' })
    await checkLimits(ctx)
    expect([await refusedBy(ctx, keyId), await refusedBy(ctx, other)]).toEqual([['end_user:ann'], []])
    expect(await blocks(ctx)).toEqual([])
    await changeLimit(ann(), { id: limit.id, amount: '2000' })
    await checkLimits(ctx)
    expect(await refusedBy(ctx, keyId)).toEqual([])
  })

  test('refuses organizations and end users side by side', async () => {
    await createLimit(ann(), tokenLimit())
    await createLimit(ann(), tokenLimit({ scope: 'organization', value: 'acme', amount: '500' }))
    await use(ctx, keyHash, 1_000, { endUser: 'ann', organization: 'acme' })
    await checkLimits(ctx)
    expect(await refusedBy(ctx, keyId)).toEqual(['end_user:ann', 'organization:acme'])
  })

  test('is inherited by a key that is made afterwards', async () => {
    await createLimit(ann(), tokenLimit())
    await use(ctx, keyHash, 1_000, { endUser: 'ann' })
    await checkLimits(ctx)
    await ctx.db.update(apiKeys).set({ status: 'deleted' })
    const next = keyIdOf(await giveKey(ctx, 7n, 'ab'.repeat(32)))
    await checkLimits(ctx)
    expect(await refusedBy(ctx, next)).toEqual(['end_user:ann'])
  })

  test('over all accounts adds them up and refuses with each key that carries the label', async () => {
    const otherHash = await giveKey(ctx, 8n)
    await createLimit(operator(), tokenLimit({ account: null }))
    await use(ctx, keyHash, 600, { endUser: 'ann' })
    await use(ctx, otherHash, 399, { endUser: 'ann' })
    await checkLimits(ctx)
    expect([await refusedBy(ctx, keyId), await refusedBy(ctx, keyIdOf(otherHash))]).toEqual([[], []])
    await use(ctx, otherHash, 1, { endUser: 'ann' })
    await checkLimits(ctx)
    expect([await refusedBy(ctx, keyId), await refusedBy(ctx, keyIdOf(otherHash))]).toEqual([
      ['end_user:ann'],
      ['end_user:ann'],
    ])
    expect((await ctx.db.select().from(alerts)).every(({ audience }) => audience === 'operator')).toBe(true)
    later(24 * HOUR)
    await checkLimits(ctx)
    expect([await refusedBy(ctx, keyId), await refusedBy(ctx, keyIdOf(otherHash))]).toEqual([[], []])
  })
})

describe('the check', () => {
  test('looks at an account again only when it was used, changed, or its window ended', async () => {
    await createLimit(ann(), tokenLimit())
    await use(ctx, keyHash, 10, { endUser: 'ann' })
    await checkLimits(ctx)
    const first = await ctx.db.select().from(limitChecks)
    later(HOUR)
    await checkLimits(ctx)
    expect(await ctx.db.select().from(limitChecks)).toEqual(first)
    await use(ctx, keyHash, 10)
    await checkLimits(ctx)
    expect((await ctx.db.select().from(limitChecks))[0]?.checkedAt).toEqual(now)
  })

  test('of an account that fails delays no other', async () => {
    const otherHash = await giveKey(ctx, 8n)
    await createLimit(ann(), tokenLimit({ scope: 'key', value: keyId, metric: 'usd', amount: '1', per: 'all' }))
    const other = tokenLimit({ account: 'vault:8', scope: 'key', value: keyIdOf(otherHash) })
    const { limit } = await createLimit(ann(), other)
    await use(ctx, keyHash, 1_000, { startedAt: '2025-01-05T00:00:00.000Z' })
    await use(ctx, otherHash, 1_000)
    const { script } = ctx.chain
    const failing = (name: never, args: never) =>
      (args as { period?: number }).period === 202501 ? Promise.reject(new Error('no such period')) : script(name, args)
    await checkLimits({ ...ctx, chain: { ...ctx.chain, script: failing as typeof script } })
    expect(await blocks(ctx)).toEqual([limit.id])
    await checkLimits(ctx)
    expect(await ctx.db.select().from(limitChecks)).toHaveLength(2)
  })

  test('goes on with tokens while the chain does not say what they cost', async () => {
    const { limit } = await createLimit(ann(), tokenLimit({ scope: 'key', value: keyId }))
    await createLimit(ann(), tokenLimit({ scope: 'key', value: keyId, metric: 'usd', amount: '0.01' }))
    await use(ctx, keyHash, 1_000)
    const away = Object.assign(ownersChain({}), { isAway: true })
    await checkLimits({ ...ctx, chain: away.chain })
    expect(await blocks(ctx)).toEqual([limit.id])
    await checkLimits(ctx)
    expect(await blocks(ctx)).toHaveLength(2)
  })
})
