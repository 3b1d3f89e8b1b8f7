import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { keyBlockReasons } from '#lib/keys/key-blocks.ts'
import { apiKeys, keyBlocks, watermarks } from '#services/platform/db/schema/index.ts'
import { createVaultGuard } from '#services/vault-guard/index.ts'
import { sweepVaultHolds, type VaultHoldWriter } from '#services/vault-holds/index.ts'
import { type HoldScene, openHoldScene, PRICE, TOKENS, type Vault } from '#tests/support/hold-scene.ts'

let scene: HoldScene

beforeAll(async () => {
  scene = await openHoldScene()
})
beforeEach(() => scene.wait(3_600_000))
afterAll(() => scene[Symbol.asyncDispose]())

const first = (): VaultHoldWriter => scene.writers[0] as VaultHoldWriter

describe('a key that is blocked', () => {
  test.each(keyBlockReasons)('as %s gets no hold, and the reason', async (reason) => {
    const vault = await scene.vaultFor(10n)
    const [key] = await scene.ctx.db
      .select()
      .from(apiKeys)
      .where(sql`key_hash = ${vault.keyHash}`)
    await scene.ctx.db.insert(keyBlocks).values({ keyId: key?.id ?? '', reason, since: scene.now })
    expect(await scene.place(vault, scene.eventOf(vault))).toMatchObject({ reason: 'vault_blocked', blocks: [reason] })
  })

  test.each([
    ['closed', { status: 'closed' as const }],
    ['paused', { pausedFrom: new Date(0) }],
    ['closing', { pendingReturn: { amount: null, actsAt: new Date(0), proposal: null } }],
    ['expired', { expiresAt: new Date(0) }],
    ['transferred', { owner: '0x179b6b1cb6755e31' }],
  ])('by what the chain says, %s, before the guard has noted it', async (reason, more) => {
    const vault = await scene.vaultFor(10n, more)
    expect(await scene.place(vault, scene.eventOf(vault))).toMatchObject({ reason: 'vault_blocked', blocks: [reason] })
  })

  test('as it was replaced gets none', async () => {
    const vault = await scene.vaultFor(10n)
    await scene.ctx.db
      .update(apiKeys)
      .set({ status: 'deleted' })
      .where(sql`key_hash = ${vault.keyHash}`)
    expect(await scene.place(vault, scene.eventOf(vault))).toMatchObject({ reason: 'vault_blocked', blocks: [] })
  })
})

describe('what the chain said', () => {
  test('is asked for when nobody follows it, and once for many requests', async () => {
    const vault = await scene.vaultFor(100n)
    scene.told.asked.length = 0
    await scene.clients(vault, 60)
    // Two writers, each of which may begin a batch while the first answer is on its way.
    const asked = scene.told.asked.length
    expect(new Set(scene.told.asked)).toEqual(new Set([vault.id]))
    expect(asked).toBeLessThanOrEqual(4)
    await scene.clients(vault, 10)
    expect(scene.told.asked).toHaveLength(asked)
    scene.wait(60_000)
    await scene.clients(vault, 10)
    expect(scene.told.asked.length).toBeGreaterThan(asked)
  })

  test('holds for as long as its events are followed', async () => {
    const vault = await scene.vaultFor(100n)
    const guard = createVaultGuard()
    await guard(scene.ctx)
    for (let round = 0; round < 10; round += 1) {
      scene.wait(3_000)
      await guard(scene.ctx)
      scene.told.asked.length = 0
      expect(await scene.place(vault, scene.eventOf(vault))).toMatchObject({ ok: true })
      expect(scene.told.asked).toEqual([])
    }
  })

  test('is asked for again before anybody is refused: a deposit may have come', async () => {
    const vault = await scene.vaultFor(1n)
    await scene.use([scene.eventOf(vault)])
    expect(await scene.place(vault, scene.eventOf(vault))).toMatchObject({ reason: 'insufficient_vault' })
    scene.told.tell(vault.id, 5n * PRICE)
    scene.wait(2_000)
    expect(await scene.place(vault, scene.eventOf(vault))).toMatchObject({ ok: true })
  })

  test('when it is too old and the chain is away, grants nothing and says so', async () => {
    const vault = await scene.vaultFor(10n)
    expect(await scene.place(vault, scene.eventOf(vault))).toMatchObject({ ok: true })
    scene.told.away(true)
    scene.wait(10_000)
    expect(await scene.place(vault, scene.eventOf(vault))).toMatchObject({ ok: true })
    expect(await scene.place(vault, scene.eventOf(vault), { tokens: 100n * TOKENS })).toMatchObject({ ok: false })
    scene.wait(10_000)
    await expect(scene.place(vault, scene.eventOf(vault))).rejects.toMatchObject({ code: 'chain_unreachable' })
    scene.told.away(false)
    expect(await scene.place(vault, scene.eventOf(vault))).toMatchObject({ ok: true })
  })
})

describe('the sweeper', () => {
  const readBooksTo = async ({ keyHash }: Vault, position: Date): Promise<void> => {
    const row = { name: `spend-logs:${keyHash}`, position }
    await scene.ctx.db.insert(watermarks).values(row).onConflictDoUpdate({ target: watermarks.name, set: { position } })
  }

  test('ends a hold without an event only after the books were read up to the call', async () => {
    const vault = await scene.vaultFor(2n)
    const [lost, young] = [scene.eventOf(vault), scene.eventOf(vault)]
    await scene.place(vault, lost)
    const placedAt = scene.now
    scene.wait(600_000)
    await sweepVaultHolds(scene.ctx)
    expect(await scene.statesOf(lost)).toEqual(['held'])
    await readBooksTo(vault, placedAt)
    await sweepVaultHolds(scene.ctx)
    expect(await scene.statesOf(lost)).toEqual(['held'])
    await scene.place(vault, young)
    await readBooksTo(vault, new Date(placedAt.getTime() + 60_000))
    await sweepVaultHolds(scene.ctx)
    expect(await scene.statesOf(lost, young)).toEqual(['expired', 'held'])
    // Its event still counts if it comes after all.
    await scene.use([lost])
    expect(await scene.statesOf(lost)).toEqual(['expired'])
    expect(await scene.place(vault, scene.eventOf(vault))).toMatchObject({ reason: 'vault_funds_held' })
  })

  test('forgets what ended long ago, and nothing that is open', async () => {
    const vault = await scene.vaultFor(2n)
    const [ended, open] = [scene.eventOf(vault), scene.eventOf(vault)]
    await scene.place(vault, ended)
    await scene.place(vault, open)
    await first().void(ended.id)
    scene.wait(36 * 86_400_000)
    await sweepVaultHolds(scene.ctx)
    expect(await scene.statesOf(ended, open)).toEqual(['none', 'held'])
  })
})
