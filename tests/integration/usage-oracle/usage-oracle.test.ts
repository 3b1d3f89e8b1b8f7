import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import { createLitellmClient } from '#services/clients/litellm/index.ts'
import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { polls, readings } from '#services/platform/db/schema/index.ts'
import { LiteLLMUsageOracle } from '#services/usage-oracle/index.ts'
import { expectChargedOnce, oracleVariables, settlementsOf, untilSettled } from '#tests/support/billed-vault.ts'
import { type BooksServer, startBooksServer } from '#tests/support/books-server.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { startOracleProcess } from '#tests/support/oracle-process.ts'
import { giveKey, hashOf, usageEvent } from '#tests/support/usage-events.ts'

const HOUR = 3_600_000
let world: ChainWorld
let opened: TestContext
let books: BooksServer
let ctx: ServiceContext
let oracle: LiteLLMUsageOracle

beforeAll(async () => {
  world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  const variables = { ...oracleVariables(world), POLL_INTERVAL: '100', POLL_LAG: '60000' }
  opened = await createTestContext({ chain: world.chain, deploymentId, variables })
  books = await startBooksServer({ now: () => new Date(), pageSize: 3 })
  ctx = { ...opened.ctx, litellm: createLitellmClient({ url: books.url, masterKey: 'sk-none' }) }
  oracle = new LiteLLMUsageOracle(ctx)
})
beforeEach(() => void (books.calls.length = 0))
afterAll(async () => {
  await books?.close()
  await opened?.[Symbol.asyncDispose]()
})

const ago = (ms: number) => new Date(Date.now() - ms)
async function vault() {
  const vaultId = await world.openVault(await world.newWallet())
  return { vaultId, keyHash: await giveKey(ctx, vaultId) }
}
let nextCall = 0
function book(keyHash: string, startedAt: Date, tokens: number, userId?: string): void {
  const requestId = `chatcmpl-${(nextCall += 1)}`
  books.calls.push({ requestId, keyHash, startedAt, visibleAt: startedAt, tokens, ...(userId ? { userId } : {}) })
}
async function use(keyHash: string, startedAt: Date, more: Partial<UsageEventWire> = {}): Promise<UsageEventWire> {
  const call = usageEvent(keyHash, { startedAt: startedAt.toISOString(), litellmCostUsd: '2.25e-04', ...more })
  expect(await ingestEvents(ctx, { road: 'plugin', items: [{ raw: call }] })).toMatchObject({ stored: 1 })
  return call
}

describe('usage of a window', () => {
  test('is that of the vault, the wallet or the end user, to the instant', async () => {
    const [one, other] = [await vault(), await vault()]
    const endUser = `user-${one.vaultId}`
    await use(one.keyHash, ago(10), { endUser })
    await use(one.keyHash, ago(HOUR - 60_000), { model: 'claude-3-opus' })
    await use(one.keyHash, ago(HOUR + 60_000), { endUser })
    await use(one.keyHash, ago(24 * HOUR - 60_000), { status: 'failure', inputTokens: null, outputTokens: null })
    await use(one.keyHash, ago(24 * HOUR + 60_000), { litellmCostUsd: 'nan' })
    await use(other.keyHash, ago(10), { endUser, cacheHit: true })
    const of = (userId: string, window: '1h' | '24h' | '7d') => oracle.fetchLiteLLMUsage(userId, window)
    expect(await of(`vault:${one.vaultId}`, '1h')).toEqual({
      totalTokens: 300n,
      apiCalls: 2n,
      models: { 'gpt-4': 150n, 'claude-3-opus': 150n },
      totalCost: '0.000450000000',
      source: 'flareflow',
    })
    const day = await of(`vault:${one.vaultId}`, '24h')
    expect(day).toMatchObject({ totalTokens: 450n, apiCalls: 4n, totalCost: '0.000675000000' })
    expect(await of(`vault:${one.vaultId}`, '7d')).toMatchObject({ totalTokens: 600n, apiCalls: 5n })
    expect(await of(endUser, '24h')).toMatchObject({ totalTokens: 300n, apiCalls: 3n, models: { 'gpt-4': 300n } })
    expect(await of('0x01cf0e2f2f715450', '24h')).toMatchObject({ apiCalls: 5n })
    expect(await of('vault:999999', '7d')).toMatchObject({ totalTokens: 0n, apiCalls: 0n, models: {} })
  })

  test("of somebody with no key of ours is LiteLLM's own, page by page", async () => {
    const theirs = hashOf('a key of somebody else')
    for (let i = 0; i < 10; i += 1) book(theirs, ago(i * 2 * HOUR + 1_000), 100, 'customer_user_123')
    book(theirs, ago(1_000), 5_000, 'somebody_else')
    expect(await oracle.fetchLiteLLMUsage('customer_user_123')).toMatchObject({
      totalTokens: 1_010n,
      apiCalls: 10n,
      models: { 'gpt-4o': 1_010n },
      totalCost: '0.002250000000',
      source: 'litellm',
    })
    expect(await oracle.fetchLiteLLMUsage('customer_user_123', '1h')).toMatchObject({ apiCalls: 1n })
    expect(await oracle.fetchLiteLLMUsage('nobody')).toMatchObject({ totalTokens: 0n, source: 'litellm' })
  })

  test('an unknown window is refused', async () => {
    await expect(oracle.fetchLiteLLMUsage('vault:1', '2h' as '1h')).rejects.toMatchObject({ code: 'invalid_request' })
  })
})

describe('a trigger', () => {
  test('names the handler that the registry knows, and a vault by its number', async () => {
    const usage = await oracle.fetchLiteLLMUsage('vault:1')
    const trigger = oracle.createFDCTrigger('1', usage)
    expect(trigger).toEqual({ handlerId: 'litellm-usage', triggerType: 'DefiProtocolEvent', vaultId: 1n, usage })
    expect(await ctx.chain.script('get_handlers', {})).toContain(trigger.handlerId)
    for (const wrong of ['', '-1', '1.5', 'one', '9'.repeat(20)]) {
      expect(() => oracle.createFDCTrigger(wrong, usage)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
    }
  })

  test('settles what the vault used, found in the books too; again it changes nothing', async () => {
    const { vaultId, keyHash } = await vault()
    const call = await use(keyHash, ago(1_000))
    book(keyHash, ago(500), 99)
    const trigger = oracle.createFDCTrigger(vaultId, await oracle.fetchLiteLLMUsage(`vault:${vaultId}`))
    const first = await oracle.submitToFlow(trigger)
    expect(first).toMatchObject({ status: 'settled', sequence: 1n, txId: expect.stringMatching(/^[0-9a-f]{64}$/) })
    const found = { ...call, id: `slog:chatcmpl-${nextCall}`, model: 'gpt-4o', inputTokens: '99', outputTokens: '1' }
    await expectChargedOnce(ctx, vaultId, [call, found])
    for (let i = 0; i < 3; i += 1) {
      expect(await oracle.submitToFlow(trigger)).toEqual({ ...first, status: 'up_to_date' })
    }
    expect(await settlementsOf(ctx, vaultId)).toHaveLength(1)
  })

  test('that exaggerates, or is submitted five times at once beside an oracle, charges what the events say', async () => {
    const { vaultId, keyHash } = await vault()
    const beside = await startOracleProcess({ ...opened.variables, LITELLM_URL: books.url, SETTLE_INTERVAL: '100' })
    const calls = [await use(keyHash, ago(1_000)), await use(keyHash, ago(900))]
    const usage = await oracle.fetchLiteLLMUsage(`vault:${vaultId}`)
    const forged = {
      ...usage,
      totalTokens: 10n ** 12n,
      models: { 'claude-3-opus': 10n ** 12n },
      totalCost: '1000000.0',
    }
    const trigger = oracle.createFDCTrigger(vaultId, forged)
    const done = await Promise.all(Array.from({ length: 5 }, () => oracle.submitToFlow(trigger)))
    for (const { status } of done) expect(['settled', 'up_to_date', 'waiting']).toContain(status)
    await expect.poll(async () => (await oracle.submitToFlow(trigger)).status).toBe('up_to_date')
    await untilSettled(ctx, vaultId)
    await expectChargedOnce(ctx, vaultId, calls)
    expect(await beside.stop()).toBe('0')
  })

  test("of a vault that isn't there, or while LiteLLM is away, changes nothing", async () => {
    const usage = await oracle.fetchLiteLLMUsage('vault:1')
    expect(await oracle.submitToFlow(oracle.createFDCTrigger(999_999, usage))).toMatchObject({ status: 'up_to_date' })
    const { vaultId, keyHash } = await vault()
    const call = await use(keyHash, ago(1_000))
    const away = { ...ctx, litellm: createLitellmClient({ url: 'http://127.0.0.1:9', masterKey: 'sk-none' }) }
    const other = new LiteLLMUsageOracle(away)
    expect(await other.submitToFlow(other.createFDCTrigger(vaultId, usage))).toMatchObject({ status: 'settled' })
    await expectChargedOnce(ctx, vaultId, [call])
    await expect(other.fetchLiteLLMUsage('customer_user_123')).rejects.toMatchObject({ code: 'litellm_unreachable' })
  })
})

test('monitoring settles vaults with and without an entry, round after round, until it is stopped', async () => {
  const [listed, made] = [await vault(), await vault()]
  const user = 'customer_user_456'
  const first = [await use(listed.keyHash, ago(1_000)), await use(made.keyHash, ago(1_000))]
  book(hashOf('another key of the user'), ago(1_000), 700, user)
  const monitoring = oracle.startMonitoring({ [listed.vaultId.toString()]: user, '999999': 'nobody' }, 100)
  try {
    for (const { vaultId } of [made, listed]) await untilSettled(ctx, vaultId)
    expect(await settlementsOf(ctx, made.vaultId)).toHaveLength(1)
    await expectChargedOnce(ctx, made.vaultId, first.slice(1))
    await expectChargedOnce(ctx, listed.vaultId, first.slice(0, 1))
    // What the user called with other keys is nobody's bill here; it only made the oracle look again.
    expect(await ctx.db.select().from(polls)).toMatchObject([{ vaultId: listed.vaultId, reason: 'monitoring' }])
    const later = await use(made.keyHash, ago(10))
    await untilSettled(ctx, made.vaultId)
    expect(await settlementsOf(ctx, made.vaultId)).toHaveLength(2)
    await expectChargedOnce(ctx, made.vaultId, [...first.slice(1), later])
  } finally {
    await monitoring.stop()
  }
  const rounds = monitoring.rounds()
  expect(rounds).toBeGreaterThan(1)
  const count = await ctx.db.$count(readings)
  await use(made.keyHash, ago(10))
  expect([monitoring.rounds(), await ctx.db.$count(readings)]).toEqual([rounds, count])
})
