import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { keyAlias } from '#lib/keys/key-format.ts'
import { acknowledgeKey, createKey, findKeyOwners, getKeyForVault } from '#services/api-keys/index.ts'
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
  owner = await world.newWallet('1000.0')
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

/** Hashes of every key that LiteLLM has for the vault, whatever stands behind the alias. */
async function keysInLitellm(vaultId: bigint): Promise<string[]> {
  const url = `${litellm.url}/key/list?return_full_object=true&size=100&sort_by=created_at&sort_order=desc`
  const response = await fetch(url, { headers: { authorization: `Bearer ${litellm.masterKey}` } })
  const { keys } = (await response.json()) as { keys: { token: string; key_alias: string }[] }
  return keys.filter((key) => key.key_alias.startsWith(aliasOf(vaultId))).map(({ token }) => token)
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
    expect(await createKey(ctx, { vaultId })).toEqual({
      state: 'active',
      masked: first.masked,
      acknowledged: false,
      blocks: [],
    })
    await acknowledgeKey(ctx, { vaultId })
    expect(await createKey(ctx, { vaultId })).toEqual({
      state: 'active',
      masked: first.masked,
      acknowledged: true,
      blocks: [],
    })
  })
})

describe('a key that nobody confirmed', () => {
  test('is replaced on request: the old secret is refused, the new one works, both belong to the vault', async () => {
    const vaultId = await world.openVault(owner)
    const { secret: old = '' } = await createKey(ctx, { vaultId })
    expect(await callWith(old)).toBe(200)
    const { secret: fresh = '' } = await createKey(ctx, { vaultId, reissue: true })
    expect(fresh).not.toBe(old)
    expect(await callWith(fresh)).toBe(200)
    expect(await callWith(old)).toBe(401)
    expect(await keysInLitellm(vaultId)).toEqual([sha256Hex(fresh)])
    const owners = await findKeyOwners(ctx, [sha256Hex(old), sha256Hex(fresh), sha256Hex('sk-unknown')])
    expect(owners).toEqual(
      new Map([
        [sha256Hex(old), vaultId],
        [sha256Hex(fresh), vaultId],
      ]),
    )
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
    await expect(acknowledgeKey(ctx, { vaultId, masked: fresh.masked ?? '' })).resolves.toMatchObject({
      acknowledged: true,
    })
  })
})

describe('a process that is killed while it makes a key', () => {
  /** Runs a creation in a process of its own that kills itself at a step. */
  async function killedAt(step: 'before' | 'after', vaultId: bigint): Promise<void> {
    const script = join(import.meta.dirname, '../../support/killed-creation.ts')
    const args = [script, step, owner.address, vaultId.toString()]
    const child = spawn(process.execPath, args, { env: process.env, stdio: 'inherit' })
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
    expect(signal).toBe('SIGKILL')
  }

  test.each(['before', 'after'] as const)('%s LiteLLM has it: the next request ends with one key', async (step) => {
    const vaultId = await world.openVault(owner)
    await killedAt(step, vaultId)
    expect(await getKeyForVault(ctx, vaultId)).toEqual({
      state: 'pending',
      masked: null,
      acknowledged: false,
      blocks: [],
    })
    const left = await keysInLitellm(vaultId)
    expect(left).toHaveLength(step === 'after' ? 1 : 0)

    const answers = await Promise.all(Array.from({ length: 5 }, () => createKey(ctx, { vaultId })))
    const [secret = '', ...more] = answers.flatMap((answer) => answer.secret ?? [])
    expect(more).toEqual([])
    expect(await keysInLitellm(vaultId)).toEqual([sha256Hex(secret)])
    expect(left).not.toContain(sha256Hex(secret))
    expect(await callWith(secret)).toBe(200)
    expect(await findKeyOwners(ctx, [sha256Hex(secret)])).toEqual(new Map([[sha256Hex(secret), vaultId]]))
  })

  test('a replacement that fails half-way is finished by the next request', async () => {
    const vaultId = await world.openVault(owner)
    const { secret: old = '' } = await createKey(ctx, { vaultId })
    const generateKey: typeof ctx.litellm.generateKey = async (key) => {
      await ctx.litellm.generateKey(key)
      throw new Error('the answer was lost')
    }
    const losing = { ...ctx, litellm: { ...ctx.litellm, generateKey } }
    await expect(createKey(losing, { vaultId, reissue: true })).rejects.toThrow('the answer was lost')
    const { secret = '' } = await createKey(ctx, { vaultId })
    expect(await keysInLitellm(vaultId)).toEqual([sha256Hex(secret)])
    expect(await callWith(old)).toBe(401)
    expect(await callWith(secret)).toBe(200)
  })
})

test('a creation that neither waits for its turn nor has one alias is caught by the same count', async () => {
  const vaultId = await world.openVault(owner)
  const careless = async (n: number): Promise<void> => {
    const { state } = await getKeyForVault(ctx, vaultId)
    const alias = `${aliasOf(vaultId)}-${n}`
    if (state === 'none') await ctx.litellm.generateKey({ alias, secret: `sk-${randomUUID()}`, metadata: {} })
  }
  await Promise.all(Array.from({ length: 5 }, (_, n) => careless(n)))
  expect((await keysInLitellm(vaultId)).length).toBeGreaterThan(1)
})
