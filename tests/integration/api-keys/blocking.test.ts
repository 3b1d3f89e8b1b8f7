import { beforeAll, expect, test } from 'vitest'
import { blockKey, createKey, unblockKey } from '#services/api-keys/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import type { SharedLitellm } from '#tests/support/shared-litellm.ts'
import { useLitellm } from '#tests/support/stack.ts'
import { openTestWeb } from '#tests/support/test-web.ts'

let world: ChainWorld
let litellm: SharedLitellm
let base: ServiceContext

beforeAll(async () => {
  world = await openChainWorld()
  litellm = await useLitellm()
  base = await openTestWeb(world, { LITELLM_URL: litellm.url, LITELLM_MASTER_KEY: litellm.masterKey })
})

test('a blocked key is refused at once, works again when unblocked, and is not replaced meanwhile', async () => {
  const owner = await world.newWallet()
  const vaultId = await world.openVault(owner)
  const mine = withActor(base, { kind: 'user', address: owner.address })
  const system = withActor(base, { kind: 'system', job: 'test' })
  const { secret = '', masked } = await createKey(mine, { vaultId })
  const models = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${secret}` }
    const response = await fetch(`${litellm.url}/v1/models`, { headers })
    await response.body?.cancel()
    return response.status
  }
  expect(await models()).toBe(200)

  expect(await blockKey(system, { vaultId })).toBe(true)
  expect(await models()).toBe(401)
  expect(await blockKey(system, { vaultId })).toBe(false)
  expect(await createKey(mine, { vaultId, reissue: true })).toEqual({ state: 'blocked', masked, acknowledged: false })
  expect(await models()).toBe(401)

  expect(await unblockKey(system, { vaultId })).toBe(true)
  expect(await models()).toBe(200)
})
