import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import { createAccountKey, newAccountKey, revokeAccountKey } from '#services/account-keys/index.ts'
import { createHoldWriter } from '#services/credits/index.ts'
import { ingestEvents } from '#services/metering/index.ts'
import { rebuildRollups } from '#services/metering/rollups/rebuild-rollups.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { getUsageOverview, getUsageReport, usageReportFile, usageReportQuery } from '#services/reports/index.ts'
import { openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { newSpender, type Spender } from '#tests/support/spent-credits.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'
import { wrongSums } from '#tests/support/usage-sums.ts'

const NOW = new Date('2026-11-20T10:30:00Z')
const SPAN = { from: '2026-10-01', to: '2026-12-01' }

interface Key {
  readonly id: string
  readonly name: string
  readonly masked: string
}

let opened: TestContext
let ctx: ServiceContext
let account: Spender
let holder: ServiceContext
let laptop: Key
let server: Key
let revoked: Key

beforeAll(async () => {
  const { chain } = await openChainWorld()
  const { deploymentId } = await chain.script('get_settings', {})
  opened = await createTestContext({ chain, deploymentId, clock: () => NOW })
  ctx = opened.ctx
  account = await newSpender(ctx, 'oidc:issuer|keys')
  holder = holderOf(account)
  laptop = await newKey(holder, 'laptop')
  server = await newKey(holder, '=server')
  revoked = await newKey(holder, 'former')
  await call(laptop, { tokens: 100, taken: 7n })
  await call(laptop, { tokens: 40, taken: 3n, more: { status: 'failure' } })
  await call(server, { tokens: 900, taken: 11n, more: { endUser: 'ann', feature: 'chat' } })
  await call(server, { tokens: 60, taken: 5n, more: { startedAt: '2026-10-31T23:59:59.000Z' } })
  await call(revoked, { tokens: 30, taken: 2n })
  await call(null, { tokens: 20, taken: 1n })
  // Of a model that costs nothing no hold tells anything.
  await tell(eventOf(laptop, 8, {}))
  await revokeAccountKey(holder, { keyId: revoked.id })
})
afterAll(() => opened[Symbol.asyncDispose]())

const holderOf = ({ id }: Spender) => withActor(ctx, { kind: 'account', accountId: id, via: 'session' })

async function newKey(owner: ServiceContext, name: string): Promise<Key> {
  return (await createAccountKey(owner, { ...newAccountKey.parse({ name }), requestKey: randomHex(8) })).key
}

const eventOf = (key: Key | null, tokens: number, more: Partial<UsageEventWire>): UsageEventWire =>
  usageEvent(account.keyHash, {
    accountKey: key?.id ?? null,
    inputTokens: String(tokens),
    outputTokens: '0',
    ...more,
  })

const tell = (raw: UsageEventWire, road: 'plugin' | 'gateway' = 'plugin') =>
  ingestEvents(ctx, { road, items: [{ raw }] })

/** A call that is paid by its hold, and told of twice. */
async function call(
  key: Key | null,
  { tokens, taken, more = {} }: { tokens: number; taken: bigint; more?: Partial<UsageEventWire> },
): Promise<void> {
  const event = eventOf(key, tokens, more)
  const isFailure = more.status === 'failure'
  const writer = createHoldWriter({ ...ctx, clock: () => new Date(event.startedAt) })
  const facts = { keyId: key?.id ?? null, keyHash: account.keyHash, model: event.model, labels: {} }
  const hold = { id: event.id, accountId: account.id, amount: usd(100n), expiresAt: new Date('2030-01-01'), facts }
  expect(await writer.place(hold)).toMatchObject({ ok: true })
  await writer.end({ id: event.id, accountId: account.id, cost: isFailure ? null : usd(taken), facts: {} })
  expect(await tell(event)).toMatchObject({ stored: 1 })
  expect(await tell(event, 'gateway')).toMatchObject({ stored: 0, duplicates: 1 })
}

const report = (query: Record<string, string> = {}) =>
  getUsageReport(holder, usageReportQuery.parse({ ...SPAN, by: 'key', ...query }))
const figuresOf = async (query: Record<string, string> = {}) => {
  const { rows } = await report(query)
  return new Map(rows.map((row) => [row.key, [row.requests, row.tokens.billable, row.billedUsd]]))
}

test('usage and bill of an account’s keys are told apart, and add up to the account', async () => {
  expect(await figuresOf()).toEqual(
    new Map([
      [null, ['1', '20', '0.00000001']],
      [laptop.id, ['3', '108', '0.00000007']],
      [server.id, ['2', '960', '0.00000016']],
      [revoked.id, ['1', '30', '0.00000002']],
    ]),
  )
  const { totals, rows } = await report()
  const [whole] = (await report({ by: 'account' })).rows
  expect(whole).toMatchObject({ requests: totals.requests, tokens: totals.tokens, billedUsd: totals.billedUsd })
  expect(rows.reduce((sum, { billedUsd }) => sum + parseUsd(billedUsd), 0n)).toBe(26n)
  expect((await figuresOf({ from: '2026-10-01', to: '2026-11-01' })).get(server.id)).toEqual(['1', '60', '0.00000005'])
})

test('a key is shown by its name and mask, a revoked one too, in the report, the file and the page', async () => {
  const known = new Map((await report()).rows.map(({ key, apiKey }) => [key, apiKey]))
  const shown = ({ name, masked }: Key) => ({ name, masked })
  expect(known).toEqual(
    new Map([
      [null, null],
      ...[laptop, server, revoked].map((key): [string, { name: string; masked: string }] => [key.id, shown(key)]),
    ]),
  )
  const query = usageReportQuery.parse({ ...SPAN, by: 'key', format: 'csv' })
  const text = (await Array.fromAsync(usageReportFile(holder, query))).join('')
  const lines = text.trimEnd().split('\r\n')
  expect(lines[0]).toMatch(/,key_name,key_masked$/)
  const lineOf = ({ id }: Key) => lines.find((line) => line.includes(`,key,${id},`))
  expect(lineOf(laptop)).toMatch(new RegExp(`,laptop,${laptop.masked}$`))
  expect(lineOf(server)).toMatch(new RegExp(`,"'=server",${server.masked}$`))
  const month = { period: 202_611, by: 'key', account: account.name, view: 'owner' } as const
  const { groups } = await getUsageOverview(holder, month)
  expect(groups[0]).toMatchObject({ key: server.id, apiKey: shown(server), billedUsd: '0.00000011' })
  expect((await report({ by: 'model' })).rows.map(({ apiKey }) => apiKey)).toEqual([null])
})

test('sums that are made anew from the events are the same', async () => {
  const before = await figuresOf()
  expect(await wrongSums(ctx.db)).toEqual([])
  expect(await rebuildRollups(ctx)).toMatchObject({ differing: 0 })
  await ctx.db.execute(sql`truncate usage_series, usage_hourly, usage_daily`)
  expect((await figuresOf()).get(server.id)).toEqual(['0', '0', '0.00000016'])
  expect((await rebuildRollups(ctx)).differing).toBeGreaterThan(0)
  expect(await figuresOf()).toEqual(before)
  expect(await wrongSums(ctx.db)).toEqual([])
})

test('no key is believed but one of the account that pays', async () => {
  const other = await newSpender(ctx, 'oidc:issuer|others')
  const theirs = await newKey(holderOf(other), 'theirs')
  const vaultHash = await giveKey(ctx, 77n)
  const keyAt = async (keyHash: string, accountKey: string) => {
    const event = usageEvent(keyHash, { accountKey, startedAt: '2026-09-20T10:00:00.000Z' })
    expect(await tell(event)).toMatchObject({ stored: 1 })
    const { rows } = await ctx.db.execute(sql`select account_key from events where id = ${event.id}`)
    return rows[0]?.['account_key']
  }
  expect(await keyAt(account.keyHash, laptop.id)).toBe(laptop.id)
  expect(await keyAt(account.keyHash, theirs.id)).toBeNull()
  expect(await keyAt(account.keyHash, 'key_of_nobody')).toBeNull()
  expect(await keyAt(vaultHash, laptop.id)).toBeNull()
})
