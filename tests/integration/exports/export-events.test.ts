import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { eventFile, eventJsonSchema, exportQuery } from '#services/exports/index.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { giveKey, hashOf, usageEvent } from '#tests/support/usage-events.ts'
import { newSpender, payCalls } from '#tests/support/spent-credits.ts'
import { keyOf, type SeededCall, seedUsage } from '#tests/support/seeded-usage.ts'
import type { Wallet } from '#tests/support/web-browser.ts'

let world: ChainWorld
let opened: TestContext
let base: ServiceContext
let owner: Wallet
let vault: bigint
let large: bigint
let foreign: bigint

beforeAll(async () => {
  world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  opened = await createTestContext({ chain: world.chain, deploymentId })
  base = opened.ctx
  owner = await world.newWallet()
  vault = await world.openVault(owner)
  large = await world.openVault(owner)
  foreign = await world.openVault(await world.newWallet())
  await ingestReal()
  await seedUsage(
    base,
    Array.from({ length: 2_500 }, (_, i): SeededCall => ({ vault: large, at: minute(i), user: `u${i}` })),
  )
  await seedUsage(base, [{ vault: foreign, at: minute(0) }])
})
afterAll(() => opened[Symbol.asyncDispose]())

const minute = (i: number): string => new Date(Date.UTC(2026, 9, 1) + i * 60_000).toISOString()

/** Calls as the plug-in sends them, with everything that they may have, and with nothing. */
async function ingestReal(): Promise<void> {
  const keyHash = await giveKey(base, vault)
  const labels = { endUser: '=1+1', organization: 'acme', team: 't', conversation: 'c', feature: 'f', agent: 'a' }
  const full = { ...labels, traceId: 'trace', tags: ['one', '-two'], litellmCostUsd: '2.25e-05', cachedTokens: '3' }
  const at = { startedAt: '2026-10-02T10:00:00.000Z', endedAt: '2026-10-02T10:00:01.000Z' }
  const failed = { status: 'failure' as const, inputTokens: null, outputTokens: null, provider: null }
  const raws = [
    usageEvent(keyHash, { ...at, ...full }),
    usageEvent(keyHash, { ...at, ...failed }),
    usageEvent(keyHash, { ...at, cacheHit: true, latencyMs: null, conversation: '名前 🎉'.repeat(50) }),
    usageEvent(keyHash, { ...at, startedAt: '2026-09-30T23:59:59.999Z' }),
  ]
  const { stored } = await ingestEvents(base, { road: 'plugin', items: raws.map((raw) => ({ raw })) })
  expect(stored).toBe(raws.length)
}

const OCTOBER = { from: '2026-10-01', to: '2026-11-01' }
const chunks = (query: Record<string, string>, ctx = base) =>
  eventFile(ctx, exportQuery.parse({ ...OCTOBER, ...query }))
const textOf = async (query: Record<string, string>, ctx = base): Promise<string> =>
  (await Array.fromAsync(chunks(query, ctx))).join('')
async function eventsOf(query: Record<string, string>, ctx = base): Promise<Record<string, unknown>[]> {
  const lines = (await textOf(query, ctx)).split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}
const as = (wallet: Wallet): ServiceContext => ({ ...base, actor: { kind: 'user', address: wallet.address } })
const validate = new Ajv2020({ validateFormats: false }).compile(eventJsonSchema())

describe('every exported event', () => {
  test('is as the published schema says', async () => {
    for (const ctx of [base, as(owner)]) {
      const events = await eventsOf({ vault: `${vault}` }, ctx)
      expect(events).toHaveLength(3)
      for (const event of events) expect([validate(event), validate.errors]).toEqual([true, null])
    }
  })

  test('breaks the schema when anything is added, left out or of another form', async () => {
    const [event = {}] = await eventsOf({ vault: `${vault}` })
    const { keyHash: _, ...without } = event
    const planted = [
      { ...event, messages: [{ role: 'user', content: 'a secret' }] },
      without,
      { ...event, inputTokens: 100 },
      { ...event, startedAt: 'yesterday' },
      { ...event, keyHash: 'sk-1234' },
    ]
    expect(planted.map((each) => validate(each))).toEqual(planted.map(() => false))
  })

  test('has what the call was billed by', async () => {
    const [event] = await eventsOf({ vault: `${vault}` })
    expect(event).toMatchObject({
      vault: `${vault}`,
      account: `vault:${vault}`,
      period: 202_610,
      ordinal: 0,
      keyHash: hashOf(`${base.deploymentId}/${vault}`),
      model: 'gpt-4',
      inputTokens: '100',
      billableTokens: '150',
      litellmCostUsd: '0.000022500000',
      endUser: '=1+1',
      tags: ['one', '-two'],
    })
  })
})

describe('an export', () => {
  test('has each event once, by vault, period and ordinal, over several batches', async () => {
    const events = await eventsOf({ vault: `${large}` })
    expect(events.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 2_500 }, (_, i) => i))
    const all = await eventsOf({})
    const places = all.map(({ vault: id, period, ordinal }) => [id, period, ordinal].join(' '))
    expect(new Set(places).size).toBe(places.length)
    expect(all).toHaveLength(2_500 + 3 + 1)
  })

  test('has the calls that started in the span, to the millisecond', async () => {
    const ordinals = async (from: string, to: string) =>
      (await eventsOf({ vault: `${large}`, from, to })).map(({ ordinal }) => ordinal)
    expect(await ordinals(minute(1), minute(3))).toEqual([1, 2])
    expect(await ordinals(minute(1).replace('.000Z', '.001Z'), minute(3).replace('.000Z', '.001Z'))).toEqual([2, 3])
    expect(await eventsOf({ vault: `${vault}`, from: '2026-09-01', to: '2026-10-01' })).toHaveLength(1)
  })

  test('is read as it is taken, and leaves out what is stored meanwhile', async () => {
    const reader = chunks({ vault: `${large}` })
    const first = await reader.next()
    await base.db.execute('update events set end_user = $$changed$$ where ordinal = 1500')
    await seedUsage(base, [{ vault: large, at: minute(5), key: keyOf(large) }])
    const rest = (await Array.fromAsync(reader)).join('')
    expect(String(first.value).split('\n')).toHaveLength(1_001)
    expect(rest).toContain('"endUser":"changed"')
    expect(rest.split('\n')).toHaveLength(1_501)
  })

  test('as CSV has a line for each event, and no formula', async () => {
    const lines = (await textOf({ vault: `${vault}`, format: 'csv' })).split('\r\n')
    expect(lines).toHaveLength(5)
    expect(lines[0]?.split(',').slice(0, 4)).toEqual(['version', 'id', 'callId', 'account'])
    expect(lines[1]).toContain(`,"'=1+1",acme,`)
    expect(lines[1]).toContain('"[""one"",""-two""]"')
  })

  test('of nothing is an empty file, of CSV its first line', async () => {
    const never = { from: '2025-01-01', to: '2025-02-01' }
    expect(await textOf(never)).toBe('')
    expect((await textOf({ ...never, format: 'csv' })).split('\r\n')).toHaveLength(2)
  })
})

describe('who may export what', () => {
  const vaultsOf = async (ctx: ServiceContext) =>
    new Set((await eventsOf({}, ctx)).map(({ vault: id }) => BigInt(String(id))))
  const failure = (code: string) => expect.objectContaining({ code })

  test('the owner their vaults, without what calls cost', async () => {
    expect(await vaultsOf(as(owner))).toEqual(new Set([vault, large]))
    const costs = (await eventsOf({ vault: `${vault}` }, as(owner))).map(({ litellmCostUsd }) => litellmCostUsd)
    expect(costs).toEqual([null, null, null])
  })

  test('the provider and the admin, with it', async () => {
    const { provider, admin } = world.accounts
    expect(await vaultsOf(as(provider))).toEqual(new Set([vault, large, foreign]))
    const [event] = await eventsOf({ vault: `${vault}` }, as(admin))
    expect(event?.['litellmCostUsd']).toBe('0.000022500000')
  })

  test('nobody another’s, and nobody unknown anything', async () => {
    await expect(textOf({ vault: `${foreign}` }, as(owner))).rejects.toEqual(failure('not_permitted'))
    const anonymous: ServiceContext = { ...base, actor: { kind: 'anonymous' } }
    await expect(textOf({}, anonymous)).rejects.toEqual(failure('session_required'))
  })
})

describe('events of credits', () => {
  const failure = (code: string) => expect.objectContaining({ code })
  const holding = (accountId: string): ServiceContext => ({
    ...base,
    actor: { kind: 'account', accountId, via: 'oidc' },
  })

  test('are exported to who holds the account, beside their vaults, and to nobody else', async () => {
    const mine = await newSpender(base, `flow:${owner.address}`)
    const theirs = await newSpender(base, 'oidc:issuer|other')
    await payCalls(base, mine, [
      { at: minute(7), taken: 5n, user: 'ann' },
      { at: minute(8), taken: 6n },
    ])
    await payCalls(base, theirs, [{ at: minute(9), taken: 5n }])
    const own = await eventsOf({ account: mine.name }, as(owner))
    expect(own).toMatchObject([
      { account: mine.name, vault: `-${mine.number}`, ordinal: 0, endUser: 'ann', litellmCostUsd: null },
      { account: mine.name, ordinal: 1 },
    ])
    for (const event of own) expect([validate(event), validate.errors]).toEqual([true, null])
    expect(await eventsOf({}, holding(mine.id))).toEqual(own)
    const all = await eventsOf({}, as(owner))
    expect(new Set(all.map(({ account }) => account))).toEqual(new Set([mine.name, `vault:${vault}`, `vault:${large}`]))
    const [costing] = await eventsOf({ account: theirs.name }, as(world.accounts.admin))
    expect(costing).toMatchObject({ account: theirs.name, litellmCostUsd: '0.000750000000' })
    for (const ctx of [as(owner), holding(mine.id), as(world.accounts.provider)]) {
      await expect(textOf({ account: theirs.name }, ctx)).rejects.toEqual(failure('not_permitted'))
    }
    await expect(textOf({ vault: `${vault}` }, holding(mine.id))).rejects.toEqual(failure('not_permitted'))
  })

  test('as CSV have their account, and a number that no formula is made of', async () => {
    const lines = (await textOf({ format: 'csv' }, as(owner))).split('\r\n')
    expect(lines[1]).toMatch(/^3,[^,]+,[^,]+,credits:cr_[0-9a-f]+,-\d+,/)
  })
})

test.each([
  [{ account: 'vault:1', vault: '1' }, 'give one of them'],
  [{ account: 'credits:' }, 'must be an account'],
  [{ to: '2026-10-01' }, 'must be after from'],
  [{ to: '2028-10-01' }, 'at most 400 days'],
  [{ from: '2026-02-31' }, 'must be a day'],
  [{ from: '1970-01-01' }, '2000'],
  [{ vault: '1'.repeat(21) }, "subscription's number"],
  [{ format: 'xml' }, 'Invalid option'],
])('%j is refused: %s', (query, sentence) => {
  expect(exportQuery.safeParse({ ...OCTOBER, ...query }).error?.message).toContain(sentence)
})
