import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '#lib/errors/app-error.ts'
import { sha256Hex } from '#services/platform/crypto/hash.ts'
import { addKeyBlock, createKey, getKeyForVault, keyStateHandler, liftKeyBlock } from '#services/api-keys/index.ts'
import { createLitellmClient } from '#services/clients/litellm/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { dispatchOutbox, type OutboxHandler } from '#services/platform/outbox/dispatch.ts'
import { signerOf, type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import type { SharedLitellm } from '#tests/support/shared-litellm.ts'
import { useLitellm } from '#tests/support/stack.ts'
import { openTestWeb } from '#tests/support/test-web.ts'
import type { Wallet } from '#tests/support/web-browser.ts'

let world: ChainWorld
let litellm: SharedLitellm
let base: ServiceContext
let system: ServiceContext
let owner: Wallet
let vaultId: bigint
let secret: string

beforeAll(async () => {
  world = await openChainWorld()
  litellm = await useLitellm()
  base = await openTestWeb(world, { LITELLM_URL: litellm.url, LITELLM_MASTER_KEY: litellm.masterKey })
  system = withActor(base, { kind: 'system', job: 'test' })
  owner = await world.newWallet('1000.0')
})

beforeEach(async () => {
  vaultId = await world.openVault(owner)
  secret = (await createKey(as(owner), { vaultId })).secret ?? ''
})

const as = ({ address }: { address: string }): ServiceContext => withActor(base, { kind: 'user', address })
const code = (wanted: string) => expect.objectContaining({ code: wanted })

/** What LiteLLM answers to a call with a key: 200, or 401 when it has blocked it or doesn't know it. */
async function callWith(key: string): Promise<number> {
  const response = await fetch(`${litellm.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })
  await response.body?.cancel()
  return response.status
}

/** The oracle's loop, until nothing is due. */
async function tellLitellm(ctx = system, handler: OutboxHandler = keyStateHandler): Promise<void> {
  while ((await dispatchOutbox(ctx, handler)) > 0);
}

async function answerAfterTelling(): Promise<number> {
  await tellLitellm()
  return callWith(secret)
}

describe('a key is refused exactly while a reason stands', () => {
  test('each reason is lifted by itself, and the last one lets the key work again', async () => {
    expect(await addKeyBlock(system, { vaultId, reason: 'paused' })).toBe(true)
    expect(await answerAfterTelling()).toBe(401)
    expect(await addKeyBlock(system, { vaultId, reason: 'limit', detail: 'limit_a' })).toBe(true)
    expect(await addKeyBlock(system, { vaultId, reason: 'limit', detail: 'limit_b' })).toBe(true)
    expect(await liftKeyBlock(system, { vaultId, reason: 'paused' })).toBe(true)
    expect(await liftKeyBlock(system, { vaultId, reason: 'limit', detail: 'limit_a' })).toBe(true)
    expect(await answerAfterTelling()).toBe(401)
    const { state, blocks } = await getKeyForVault(base, vaultId)
    expect({ state, blocks }).toMatchObject({ state: 'blocked', blocks: [{ reason: 'limit', detail: 'limit_b' }] })
    expect(await liftKeyBlock(system, { vaultId, reason: 'limit', detail: 'limit_b' })).toBe(true)
    expect(await answerAfterTelling()).toBe(200)
    expect(await getKeyForVault(base, vaultId)).toMatchObject({ state: 'active', blocks: [] })
  })

  test('adding what stands and lifting what does not change nothing', async () => {
    await addKeyBlock(system, { vaultId, reason: 'operator' })
    const { blocks } = await getKeyForVault(base, vaultId)
    expect(await addKeyBlock(system, { vaultId, reason: 'operator' })).toBe(false)
    expect(await liftKeyBlock(system, { vaultId, reason: 'paused' })).toBe(false)
    expect(await liftKeyBlock(system, { vaultId, reason: 'operator', detail: 'another' })).toBe(false)
    expect((await getKeyForVault(base, vaultId)).blocks).toEqual(blocks)
    expect(await answerAfterTelling()).toBe(401)
  })

  test('a decision that its transaction takes back reaches nobody', async () => {
    const failing = withTransaction(system, async (tx) => {
      await addKeyBlock(tx, { vaultId, reason: 'limit', detail: 'limit_a' })
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await answerAfterTelling()).toBe(200)
    expect(await getKeyForVault(base, vaultId)).toMatchObject({ state: 'active', blocks: [] })
  })

  test('a LiteLLM that is away is told when it is back', async () => {
    const away = createLitellmClient({ url: 'http://127.0.0.1:1', masterKey: litellm.masterKey })
    await addKeyBlock(system, { vaultId, reason: 'unfunded' })
    expect(await dispatchOutbox({ ...system, litellm: away }, keyStateHandler)).toBe(1)
    expect(await callWith(secret)).toBe(200)
    const soon = { ...system, clock: () => new Date(Date.now() + 1_000) }
    await tellLitellm(soon)
    expect(await callWith(secret)).toBe(401)
  })
})

describe('decisions that overtake each other', () => {
  const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

  /** Workers that are slow, die half-way and lose answers; at the end one works through what is left. */
  async function storm(handler: OutboxHandler): Promise<void> {
    let calls = 0
    const shaky =
      (call: (hash: string) => Promise<void>) =>
      async (hash: string): Promise<void> => {
        calls += 1
        const turn = calls
        await later((turn * 37) % 90)
        await call(hash)
        if (turn % 3 === 0) throw new AppError('litellm_unreachable', 'The answer was lost.')
      }
    const { blockKey, unblockKey } = system.litellm
    const faulty = {
      ...system,
      litellm: { ...system.litellm, blockKey: shaky(blockKey), unblockKey: shaky(unblockKey) },
    }
    for (let round = 0; round < 6; round += 1) {
      await addKeyBlock(system, { vaultId, reason: 'paused' })
      const blocking = dispatchOutbox(faulty, handler)
      await later(10)
      await liftKeyBlock(system, { vaultId, reason: 'paused' })
      await Promise.all([blocking, dispatchOutbox(faulty, handler)])
    }
    await addKeyBlock(system, { vaultId, reason: 'capped' })
    await tellLitellm(faulty, handler)
    await tellLitellm({ ...system, clock: () => new Date(Date.now() + 600_000) }, handler)
  }

  test('leave LiteLLM in the state of the last one, whatever was slow, lost or repeated', async () => {
    await storm(keyStateHandler)
    expect((await getKeyForVault(base, vaultId)).state).toBe('blocked')
    expect(await callWith(secret)).toBe(401)
  })

  test('a worker that tells what it read before, and never looks again, is caught', async () => {
    const hasRead = Promise.withResolvers<void>()
    const isLifted = Promise.withResolvers<void>()
    const careless: OutboxHandler = {
      ...keyStateHandler,
      async handle(ctx, messages) {
        const { state } = await getKeyForVault(ctx, vaultId)
        const { blockKey, unblockKey } = ctx.litellm
        if (state === 'blocked') {
          hasRead.resolve()
          await isLifted.promise
          await blockKey(sha256Hex(secret))
        } else {
          await unblockKey(sha256Hex(secret))
          isLifted.resolve()
        }
        return new Map(messages.map(({ id }) => [id, { kind: 'done' as const }]))
      },
    }
    await addKeyBlock(system, { vaultId, reason: 'paused' })
    const slow = dispatchOutbox(system, careless)
    await hasRead.promise
    await liftKeyBlock(system, { vaultId, reason: 'paused' })
    await Promise.all([slow, dispatchOutbox(system, careless)])
    expect(await callWith(secret)).toBe(401)
    expect((await getKeyForVault(base, vaultId)).state).toBe('active')
  })
})

describe('a new key', () => {
  test('does not replace a blocked one, and the refusal says what to do', async () => {
    await addKeyBlock(system, { vaultId, reason: 'limit', detail: 'limit_a' })
    await addKeyBlock(system, { vaultId, reason: 'paused' })
    const again = createKey(as(owner), { vaultId, reissue: true })
    await expect(again).rejects.toMatchObject({
      code: 'key_blocked',
      publicMessage: 'No key was made. The subscription is paused. Resume it to use the key.',
      details: { reasons: ['limit', 'paused'] },
    })
    expect(await createKey(as(owner), { vaultId })).toMatchObject({ state: 'blocked', acknowledged: false })
    expect(await answerAfterTelling()).toBe(401)
  })

  test('that was wanted before a reason stood is not made while it stands', async () => {
    const wanted = await world.openVault(owner)
    const away = createLitellmClient({ url: 'http://127.0.0.1:1', masterKey: litellm.masterKey })
    const cutOff = createKey({ ...as(owner), litellm: away }, { vaultId: wanted })
    await expect(cutOff).rejects.toEqual(code('litellm_unreachable'))
    await addKeyBlock(system, { vaultId: wanted, reason: 'unfunded' })
    await expect(createKey(as(owner), { vaultId: wanted })).rejects.toEqual(code('key_blocked'))
    await liftKeyBlock(system, { vaultId: wanted, reason: 'unfunded' })
    expect(await callWith((await createKey(as(owner), { vaultId: wanted })).secret ?? '')).toBe(200)
  })

  test('that replaces another ends the old one, even when the new one never gets made', async () => {
    const away = createLitellmClient({ url: 'http://127.0.0.1:1', masterKey: litellm.masterKey })
    const cutOff = createKey({ ...as(owner), litellm: away }, { vaultId, reissue: true })
    await expect(cutOff).rejects.toEqual(code('litellm_unreachable'))
    expect(await answerAfterTelling()).toBe(401)
  })

  test('of a vault with a new owner takes the place of the former owner’s, which is refused for good', async () => {
    const heir = await world.newWallet()
    await world.chain.send('owner/transfer', { vaultId, to: heir.address }, signerOf(owner))
    await addKeyBlock(system, { vaultId, reason: 'transferred' })
    expect(await answerAfterTelling()).toBe(401)
    const { secret: fresh = '' } = await createKey(as(heir), { vaultId })
    expect(await answerAfterTelling()).toBe(401)
    expect(await callWith(fresh)).toBe(200)
    await expect(createKey(as(owner), { vaultId })).rejects.toEqual(code('not_permitted'))
  })
})
