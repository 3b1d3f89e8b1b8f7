import { beforeAll, expect, test } from 'vitest'
import { acknowledgeKey, addKeyBlock, createKey, getKeyForVault, liftKeyBlock } from '#services/api-keys/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { openTestWeb } from '#tests/support/test-web.ts'
import type { Wallet } from '#tests/support/web-browser.ts'

let world: ChainWorld
let base: ServiceContext
let owner: Wallet

/** No LiteLLM here: a verb that asked it before it refused would fail with litellm_unreachable. */
beforeAll(async () => {
  world = await openChainWorld()
  base = await openTestWeb(world)
  owner = await world.newWallet('1000.0')
})

const as = (address: string): ServiceContext => withActor(base, { kind: 'user', address })
const code = (wanted: string) => expect.objectContaining({ code: wanted })

test('a vault that is not on chain gets no key', async () => {
  for (const vaultId of [999_999n, 2n ** 64n - 1n]) {
    await expect(createKey(as(owner.address), { vaultId })).rejects.toEqual(code('vault_not_found'))
    await expect(acknowledgeKey(as(owner.address), { vaultId })).rejects.toEqual(code('vault_not_found'))
  }
})

test('nobody but the owner gets, replaces or confirms a key: not the provider, not the admin', async () => {
  const vaultId = await world.openVault(owner)
  const { provider, admin, oracle } = world.accounts
  const stranger = await world.newWallet()
  for (const { address } of [provider, admin, oracle, stranger]) {
    await expect(createKey(as(address), { vaultId })).rejects.toEqual(code('not_permitted'))
    await expect(createKey(as(address), { vaultId, reissue: true })).rejects.toEqual(code('not_permitted'))
    await expect(acknowledgeKey(as(address), { vaultId })).rejects.toEqual(code('not_permitted'))
  }
  await expect(createKey(base, { vaultId })).rejects.toEqual(code('session_required'))
  expect(await getKeyForVault(base, vaultId)).toMatchObject({ state: 'none' })
})

test('a vault that names an unregistered provider, such as its owner, gets no key', async () => {
  const vaultId = await world.openVault(owner, { provider: owner.address })
  await expect(createKey(as(owner.address), { vaultId })).rejects.toEqual(code('provider_not_registered'))
  expect(await getKeyForVault(base, vaultId)).toMatchObject({ state: 'none' })
})

test('a LiteLLM that is away leaves a wanted key, not a broken one', async () => {
  const vaultId = await world.openVault(owner)
  await expect(createKey(as(owner.address), { vaultId })).rejects.toEqual(code('litellm_unreachable'))
  expect(await getKeyForVault(base, vaultId)).toMatchObject({ state: 'pending', masked: null })
  await expect(acknowledgeKey(as(owner.address), { vaultId })).rejects.toEqual(code('key_missing'))
})

test('only the system blocks and unblocks keys', async () => {
  const vaultId = await world.openVault(owner)
  const block = { vaultId, reason: 'operator' as const }
  expect(() => addKeyBlock(as(owner.address), block)).toThrow(code('not_permitted'))
  expect(() => liftKeyBlock(as(owner.address), block)).toThrow(code('not_permitted'))
  await expect(addKeyBlock(withActor(base, { kind: 'system', job: 'test' }), block)).resolves.toBe(false)
})
