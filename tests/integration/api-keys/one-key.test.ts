import { beforeAll, describe, expect, test } from 'vitest'
import { keyAlias } from '#lib/keys/key-format.ts'
import { acknowledgeKey, createKey, findKeyOwners, getKeyForVault } from '#services/api-keys/index.ts'
import { createLitellmClient } from '#services/clients/litellm/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { sha256Hex } from '#services/platform/crypto/hash.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import type { SharedLitellm } from '#tests/support/shared-litellm.ts'
import { useLitellm } from '#tests/support/stack.ts'
import { openTestWeb } from '#tests/support/test-web.ts'
import type { Wallet } from '#tests/support/web-browser.ts'

let world: ChainWorld
let litellm: SharedLitellm
let base: ServiceContext
let owner: Wallet
let ctx: ServiceContext

beforeAll(async () => {
  world = await openChainWorld()
  litellm = await useLitellm()
  base = await openTestWeb(world, { LITELLM_URL: litellm.url, LITELLM_MASTER_KEY: litellm.masterKey })
  owner = await world.newWallet()
  ctx = withActor(base, { kind: 'user', address: owner.address })
})

const code = (wanted: string) => expect.objectContaining({ code: wanted })
const aliasOf = (vaultId: bigint) => keyAlias(ctx.deploymentId, vaultId)

/** What LiteLLM answers to a call with a key: 200, or 401 when it doesn't know or has blocked it. */
async function callWith(secret: string): Promise<number> {
  const response = await fetch(`${litellm.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4', messages: [{ role: 'user', content: 'hello' }] }),
  })
  await response.body?.cancel()
  return response.status
}

/** Every key that LiteLLM has under the vault's alias. */
async function keysInLitellm(vaultId: bigint): Promise<string[]> {
  const url = new URL('/key/list', litellm.url)
  url.search = new URLSearchParams({ return_full_object: 'true', size: '100', key_alias: aliasOf(vaultId) }).toString()
  const response = await fetch(url, { headers: { authorization: `Bearer ${litellm.masterKey}` } })
  const { keys } = (await response.json()) as { keys: { token: string; key_alias: string }[] }
  return keys.filter((key) => key.key_alias === aliasOf(vaultId)).map(({ token }) => token)
}

describe('one key for each vault', () => {
  test('twenty parallel requests make one key and show its secret once', async () => {
    const vaultId = await world.openVault(owner)
    const answers = await Promise.all(Array.from({ length: 20 }, () => createKey(ctx, { vaultId })))
    const secrets = answers.flatMap(({ secret }) => secret ?? [])
    expect(secrets).toHaveLength(1)
    expect(new Set(answers.map(({ masked }) => masked)).size).toBe(1)
    expect(await keysInLitellm(vaultId)).toEqual([sha256Hex(secrets[0] ?? '')])
    expect(await callWith(secrets[0] ?? '')).toBe(200)
  })

  test('the secret is kept nowhere, only its hash', async () => {
    const vaultId = await world.openVault(owner)
    const { secret = '', masked } = await createKey(ctx, { vaultId })
    expect(secret).toMatch(/^sk-[\w-]{43}$/)
    expect(masked).toBe(`sk-…${secret.slice(-4)}`)
    const { rows } = await ctx.db.execute('select * from api_keys')
    const dump = JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))
    expect(dump).toContain(sha256Hex(secret))
    expect(dump).not.toContain(secret)
    expect(dump).not.toContain(secret.slice(5, 20))
  })

  test('a repeat answers without the secret, also after it was confirmed', async () => {
    const vaultId = await world.openVault(owner)
    const first = await createKey(ctx, { vaultId })
    expect(await createKey(ctx, { vaultId })).toEqual({ state: 'active', masked: first.masked, acknowledged: false })
    await acknowledgeKey(ctx, { vaultId })
    expect(await createKey(ctx, { vaultId })).toEqual({ state: 'active', masked: first.masked, acknowledged: true })
  })
})

describe('a key that nobody confirmed', () => {
  test('is replaced on request: the old secret is refused, the new one works, both hashes belong to the vault', async () => {
    const vaultId = await world.openVault(owner)
    const { secret: old = '' } = await createKey(ctx, { vaultId })
    expect(await callWith(old)).toBe(200)
    const { secret: fresh = '' } = await createKey(ctx, { vaultId, reissue: true })
    expect(fresh).not.toBe(old)
    expect(await callWith(fresh)).toBe(200)
    expect(await callWith(old)).toBe(401)
    expect(await keysInLitellm(vaultId)).toEqual([sha256Hex(fresh)])
    const owners = await findKeyOwners(ctx, [sha256Hex(old), sha256Hex(fresh), sha256Hex('sk-unknown')])
    expect(owners).toEqual(new Map([[sha256Hex(old), vaultId], [sha256Hex(fresh), vaultId]]))
  })

  test('replaced by twenty requests at once, there is one key, and the last secret shown works', async () => {
    const vaultId = await world.openVault(owner)
    await createKey(ctx, { vaultId })
    const answers = await Promise.all(Array.from({ length: 20 }, () => createKey(ctx, { vaultId, reissue: true })))
    const live = await keysInLitellm(vaultId)
    expect(live).toHaveLength(1)
    const shown = answers.flatMap(({ secret }) => secret ?? []).map(sha256Hex)
    expect(shown).toContain(live[0])
    expect((await getKeyForVault(ctx, vaultId)).state).toBe('active')
  })

  test('once confirmed it is never replaced', async () => {
    const vaultId = await world.openVault(owner)
    const { secret = '' } = await createKey(ctx, { vaultId })
    expect(await acknowledgeKey(ctx, { vaultId })).toMatchObject({ acknowledged: true })
    await expect(createKey(ctx, { vaultId, reissue: true })).rejects.toEqual(code('key_already_shown'))
    expect(await callWith(secret)).toBe(200)
  })

  test('confirming one that was replaced meanwhile is refused', async () => {
    const vaultId = await world.openVault(owner)
    const old = await createKey(ctx, { vaultId })
    const fresh = await createKey(ctx, { vaultId, reissue: true })
    await expect(acknowledgeKey(ctx, { vaultId, masked: old.masked ?? '' })).rejects.toEqual(code('key_missing'))
    await expect(acknowledgeKey(ctx, { vaultId, masked: fresh.masked ?? '' })).resolves.toMatchObject({ acknowledged: true })
  })
})

describe('a creation that is cut off', () => {
  /** The same context whose LiteLLM dies at a step: the process never learns what became of it. */
  const cutOff = (step: 'before' | 'after'): ServiceContext => {
    const real = createLitellmClient({ url: litellm.url, masterKey: litellm.masterKey })
    const generateKey: typeof real.generateKey = async (key) => {
      if (step === 'after') await real.generateKey(key)
      throw new Error('the process died here')
    }
    return { ...ctx, litellm: { ...real, generateKey } }
  }

  test.each(['before', 'after'] as const)('%s LiteLLM made the key is finished by the next request', async (step) => {
    const vaultId = await world.openVault(owner)
    await expect(createKey(cutOff(step), { vaultId })).rejects.toThrow('the process died here')
    expect(await getKeyForVault(ctx, vaultId)).toEqual({ state: 'pending', masked: null, acknowledged: false })
    const left = await keysInLitellm(vaultId)
    expect(left).toHaveLength(step === 'after' ? 1 : 0)

    const { secret = '' } = await createKey(ctx, { vaultId })
    expect(await keysInLitellm(vaultId)).toEqual([sha256Hex(secret)])
    expect(left).not.toContain(sha256Hex(secret))
    expect(await callWith(secret)).toBe(200)
    expect(await findKeyOwners(ctx, [sha256Hex(secret)])).toEqual(new Map([[sha256Hex(secret), vaultId]]))
  })

  test('while it is replaced, the next request finishes it with one key', async () => {
    const vaultId = await world.openVault(owner)
    const { secret: old = '' } = await createKey(ctx, { vaultId })
    await expect(createKey(cutOff('after'), { vaultId, reissue: true })).rejects.toThrow('the process died here')
    const { secret = '' } = await createKey(ctx, { vaultId })
    expect(await keysInLitellm(vaultId)).toEqual([sha256Hex(secret)])
    expect(await callWith(old)).toBe(401)
    expect(await callWith(secret)).toBe(200)
  })

  test('without the row that is committed first, the same crash leaves a second key', async () => {
    const vaultId = await world.openVault(owner)
    const real = createLitellmClient({ url: litellm.url, masterKey: litellm.masterKey })
    const forgetful = async (alias: string): Promise<void> => {
      await real.generateKey({ alias, secret: `sk-${crypto.randomUUID()}`, metadata: {} })
    }
    await forgetful(aliasOf(vaultId))
    await forgetful(`${aliasOf(vaultId)}-again`)
    expect(await getKeyForVault(ctx, vaultId)).toMatchObject({ state: 'none' })
    await createKey(ctx, { vaultId })
    expect(await keysInLitellm(vaultId)).toHaveLength(1)
  })
})
