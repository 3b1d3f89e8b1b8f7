import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import { discardDeadLetters, fixDeadLetter, replayDeadLetters } from '#services/metering/index.ts'
import { deadLetters, watermarks } from '#services/platform/db/schema/index.ts'
import { sweepVaultHolds } from '#services/vault-holds/index.ts'
import { type HoldScene, openHoldScene, TOKENS, type Vault } from '#tests/support/hold-scene.ts'

let scene: HoldScene
let vault: Vault
let event: UsageEventWire

beforeAll(async () => {
  scene = await openHoldScene()
})
beforeEach(async () => {
  scene.wait(3_600_000)
  vault = await scene.vaultFor(1n)
  event = scene.eventOf(vault)
  await scene.ctx.db.execute(sql`truncate dead_letters, dead_letter_actions`)
})
afterAll(() => scene[Symbol.asyncDispose]())

const counting = (tokens: bigint): UsageEventWire => ({ ...event, inputTokens: String(tokens) })
const letters = () => scene.ctx.db.select().from(deadLetters)
const letterIds = async () => (await letters()).map(({ id }) => id)
const canPlaceAnother = async () => (await scene.place(vault, scene.eventOf(vault))).ok

async function billed(): Promise<bigint> {
  const { rows } = await scene.ctx.db.execute<{ tokens: string }>(
    sql`select coalesce(sum(tokens), 0)::text as tokens from meters where vault_id = ${vault.id.toString()}`,
  )
  return BigInt(rows[0]?.tokens ?? 0)
}

/** As if LiteLLM's books had been read past the call, and its time were over. */
async function sweepPast(): Promise<void> {
  scene.wait(3_600_000)
  const position = new Date(scene.now.getTime() + 1)
  await scene.ctx.db.insert(watermarks).values({ name: `spend-logs:${vault.keyHash}`, position })
  await sweepVaultHolds(scene.ctx)
}

describe('usage above what was held for its call', () => {
  test('is not billed, by whatever road it comes, and its hold stands', async () => {
    await scene.place(vault, event)
    for (const road of ['plugin', 'poll', 'plugin'] as const) {
      expect(await scene.use([counting(TOKENS + 1n)], road)).toMatchObject({ rejected: [{ reason: 'above_hold' }] })
    }
    expect(await letters()).toMatchObject([
      { road: 'plugin', reason: 'above_hold', detail: '1001 tokens, of a call held at 1000' },
      { road: 'poll', reason: 'above_hold' },
    ])
    expect([await billed(), await scene.statesOf(event), await canPlaceAnother()]).toEqual([0n, ['held'], false])
  })

  test('leaves the others of its delivery alone', async () => {
    const other = await scene.vaultFor(1n)
    const usual = scene.eventOf(other)
    await Promise.all([scene.place(vault, event), scene.place(other, usual)])
    expect(await scene.use([counting(TOKENS + 1n), usual])).toMatchObject({ stored: 1, rejected: [{ index: 0 }] })
    expect(await scene.statesOf(event, usual)).toEqual(['held', 'posted'])
  })

  test('keeps its hold past its time, and is billed as an operator fixes it', async () => {
    await scene.place(vault, event)
    await scene.use([counting(TOKENS + 1n)])
    await sweepPast()
    expect([await scene.statesOf(event), await canPlaceAnother()]).toEqual([['held'], false])
    const [id = 0n] = await letterIds()
    expect(await replayDeadLetters(scene.ctx, { ids: [id] })).toMatchObject({ resolved: 0 })
    await fixDeadLetter(scene.ctx, { id, payload: { ...counting(TOKENS) } })
    expect(await replayDeadLetters(scene.ctx, { ids: [id] })).toMatchObject({ resolved: 1 })
    expect([await billed(), await scene.statesOf(event), await canPlaceAnother()]).toEqual([TOKENS, ['posted'], false])
  })

  test('frees its hold once an operator discarded it', async () => {
    await scene.place(vault, event)
    await scene.use([counting(TOKENS + 1n)])
    await discardDeadLetters(scene.ctx, { ids: await letterIds(), reason: 'a model that counts wrong' })
    await sweepPast()
    expect([await billed(), await scene.statesOf(event), await canPlaceAnother()]).toEqual([0n, ['expired'], true])
  })

  test('waits for an operator also where its hold had ended before', async () => {
    await scene.place(vault, event)
    await scene.writers[0]?.void(event.id)
    expect(await scene.use([counting(TOKENS + 1n)])).toMatchObject({ rejected: [{ reason: 'above_hold' }] })
    expect(await billed()).toBe(0n)
  })

  test('would be billed if nobody knew the hold’s tokens, which is seen', async () => {
    await scene.place(vault, event)
    await scene.ctx.db.execute(sql`update vault_holds set tokens = ${(2n * TOKENS).toString()} where id = ${event.id}`)
    await scene.use([counting(TOKENS + 1n)])
    expect(await billed()).toBe(TOKENS + 1n)
  })
})
