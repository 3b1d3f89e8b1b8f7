import { and, eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { getKeyForVault } from '#services/api-keys/index.ts'
import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { apiKeys, meterPeriods, outbox, readings, vaultReports } from '#services/platform/db/schema/index.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { createReadingHandler, planReadings } from '#services/settlement/index.ts'
import { createVaultGuard } from '#services/vault-guard/index.ts'
import { oracleVariables } from '#tests/support/billed-vault.ts'
import { type ChainWorld, openChainWorld, signerOf } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { FAR_EXPIRY, MUCH_ASKED_BACK, openOddChain, UNKNOWN_STATUS } from '#tests/support/odd-vaults.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'
import type { Wallet } from '#tests/support/web-browser.ts'

interface KeyedVault {
  readonly vaultId: bigint
  readonly owner: Wallet
  readonly keyHash: string
}

let world: ChainWorld
let opened: TestContext
let ctx: ServiceContext
let odd: KeyedVault
let others: KeyedVault[]

beforeAll(async () => {
  world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  opened = await createTestContext({ chain: world.chain, deploymentId, variables: oracleVariables(world) })
  ctx = opened.ctx
})
afterAll(() => opened[Symbol.asyncDispose]())

// A vault that a test is about, between two others.
beforeEach(async () => {
  const before = await newVault()
  odd = await newVault()
  others = [before, await newVault()]
})

async function newVault(): Promise<KeyedVault> {
  const owner = await world.newWallet()
  const vaultId = await world.openVault(owner)
  const keyHash = await giveKey(ctx, vaultId)
  await ctx.db.update(apiKeys).set({ createdBy: owner.address }).where(eq(apiKeys.vaultId, vaultId))
  return { vaultId, owner, keyHash }
}

const pause = ({ vaultId, owner }: KeyedVault) => world.chain.send('owner/pause', { vaultId }, signerOf(owner))
const resume = ({ vaultId, owner }: KeyedVault) => world.chain.send('owner/resume', { vaultId }, signerOf(owner))
const stateOf = async ({ vaultId }: KeyedVault) => (await getKeyForVault(ctx, vaultId)).state
const savedOf = ({ vaultId }: KeyedVault) => ctx.db.select().from(vaultReports).where(eq(vaultReports.vaultId, vaultId))

async function expectOthersGuarded(guard: () => Promise<void>): Promise<void> {
  for (const vault of others) await pause(vault)
  await guard()
  expect(await Promise.all(others.map(stateOf))).toEqual(['blocked', 'blocked'])
}

async function use({ keyHash }: KeyedVault): Promise<void> {
  const startedAt = new Date().toISOString()
  const raw = usageEvent(keyHash, { model: 'gpt-4', inputTokens: '500', outputTokens: '0', startedAt })
  expect(await ingestEvents(ctx, { road: 'plugin', items: [{ raw }] })).toMatchObject({ stored: 1 })
}

async function settle(on: ServiceContext): Promise<void> {
  const handler = createReadingHandler()
  await planReadings(on)
  while ((await dispatchOutbox(on, handler)) > 0) await ctx.db.update(outbox).set({ runAt: new Date(0) })
}
const readingsOf = ({ vaultId }: KeyedVault) => ctx.db.select().from(readings).where(eq(readings.vaultId, vaultId))

describe('a vault that expires beyond all calendars', () => {
  test('is guarded like any other, and keeps none of them from it', async () => {
    await pause(odd)
    await using told = await openOddChain(world, odd.vaultId, FAR_EXPIRY)
    await expectOthersGuarded(() => createVaultGuard()({ ...ctx, chain: told.chain }))
    expect(await stateOf(odd)).toBe('blocked')
    expect(await savedOf(odd)).toMatchObject([{ expiresAt: new Date('9999-12-31T23:59:59Z') }])
  })

  test('settles like any other, and keeps none of them from it', async () => {
    for (const vault of [odd, ...others]) await use(vault)
    await using told = await openOddChain(world, odd.vaultId, FAR_EXPIRY)
    await settle({ ...ctx, chain: told.chain })
    for (const vault of [odd, ...others]) expect(await readingsOf(vault)).toMatchObject([{ status: 'sealed' }])
  })
})

describe('a vault whose report can’t be read', () => {
  test('keeps no other from being blocked, and its own key is left as it is', async () => {
    await using told = await openOddChain(world, odd.vaultId, UNKNOWN_STATUS)
    await expectOthersGuarded(() => createVaultGuard()({ ...ctx, chain: told.chain }))
    expect(await stateOf(odd)).toBe('active')
  })

  test('is not freed by what the guard knows from before', async () => {
    await pause(odd)
    const guard = createVaultGuard()
    await guard(ctx)
    await resume(odd)
    await using told = await openOddChain(world, odd.vaultId, UNKNOWN_STATUS)
    await guard({ ...ctx, chain: told.chain })
    expect(await stateOf(odd)).toBe('blocked')
    await guard(ctx)
    expect(await stateOf(odd)).toBe('active')
  })

  test('leaves nothing written down by which holds would be placed', async () => {
    await createVaultGuard()(ctx)
    expect(await savedOf(odd)).toHaveLength(1)
    await using told = await openOddChain(world, odd.vaultId, UNKNOWN_STATUS)
    await createVaultGuard()({ ...ctx, chain: told.chain })
    expect(await savedOf(odd)).toEqual([])
  })

  test('is not settled, keeps no other from it, and settles once it can be read', async () => {
    for (const vault of [odd, ...others]) await use(vault)
    await using told = await openOddChain(world, odd.vaultId, UNKNOWN_STATUS)
    await settle({ ...ctx, chain: told.chain })
    for (const vault of others) expect(await readingsOf(vault)).toMatchObject([{ status: 'sealed' }])
    expect(await readingsOf(odd)).toEqual([])
    const { deploymentId } = ctx
    const ofOdd = and(eq(meterPeriods.deploymentId, deploymentId), eq(meterPeriods.vaultId, odd.vaultId))
    await ctx.db.update(meterPeriods).set({ planAfter: null }).where(ofOdd)
    await settle(ctx)
    expect(await readingsOf(odd)).toMatchObject([{ status: 'sealed' }])
  })

  test('that was planned before keeps no other reading from the chain', async () => {
    for (const vault of [odd, ...others]) await use(vault)
    await planReadings(ctx)
    await using told = await openOddChain(world, odd.vaultId, UNKNOWN_STATUS)
    await settle({ ...ctx, chain: told.chain })
    for (const vault of others) expect(await readingsOf(vault)).toMatchObject([{ status: 'sealed' }])
  })
})

test('a key that can’t be blocked keeps no other from being blocked, and is told of', async () => {
  await pause(odd)
  const [key] = await ctx.db.select({ id: apiKeys.id }).from(apiKeys).where(eq(apiKeys.vaultId, odd.vaultId))
  await ctx.db.execute(
    sql.raw(`
      create function refuse_block() returns trigger language plpgsql as $$ begin raise 'not this one'; end $$;
      create trigger refuse_block before insert on key_blocks for each row when (new.key_id = '${key?.id}')
        execute function refuse_block()`),
  )
  try {
    await expectOthersGuarded(() => expect(createVaultGuard()(ctx)).rejects.toBeInstanceOf(Error))
    expect(await stateOf(odd)).toBe('active')
  } finally {
    await ctx.db.execute(sql`drop function refuse_block cascade`)
  }
})

const MOST = '184467440737.09551615'
const setCap = ({ vaultId, owner }: KeyedVault) =>
  world.chain.send('owner/set_cap', { vaultId, capUsd: MOST }, signerOf(owner))
const grant = ({ vaultId }: KeyedVault) =>
  world.chain.send('provider/grant_credit', { vaultId, usd: MOST, reason: 'much' }, signerOf(world.accounts.provider))

describe('the largest UFix64', () => {
  test.each([
    ['cap', setCap],
    ['credit', grant],
  ])('as a %s blocks nothing, and keeps no other vault from being guarded', async (_, send) => {
    await send(odd)
    await expectOthersGuarded(() => createVaultGuard()(ctx))
    expect(await savedOf(odd)).toHaveLength(1)
    expect(await stateOf(odd)).toBe('active')
  })

  test('as FLOW asked back blocks the key, and keeps no other vault from being guarded', async () => {
    await using told = await openOddChain(world, odd.vaultId, MUCH_ASKED_BACK)
    await expectOthersGuarded(() => createVaultGuard()({ ...ctx, chain: told.chain }))
    expect(await savedOf(odd)).toHaveLength(1)
    expect(await stateOf(odd)).toBe('blocked')
  })
})
