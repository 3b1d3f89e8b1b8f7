import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { addKeyBlock, createKey, getKeyForVault, liftKeyBlock } from '#services/api-keys/index.ts'
import { createLitellmClient } from '#services/clients/litellm/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { createVaultGuard, createVaultKey, guardVaults, reviewVault } from '#services/vault-guard/index.ts'
import { startWorkers } from '#services/workers/start-workers.ts'
import { signerOf } from '#tests/support/chain-world.ts'
import { type GuardedVaults, openGuardedVaults } from '#tests/support/guarded-vaults.ts'

let vaults: GuardedVaults

beforeAll(async () => {
  vaults = await openGuardedVaults({ GUARD_INTERVAL: '1000', SETTLE_INTERVAL: '86400000' })
})

const code = (wanted: string) => expect.objectContaining({ code: wanted })

/** The context with every vault that is read from the chain counted. */
function counting(ctx: ServiceContext): { ctx: ServiceContext; reads: bigint[] } {
  const reads: bigint[] = []
  const { chain } = ctx
  const script: typeof chain.script = (name, args) => {
    if (name === 'get_vaults') reads.push(...(args as { ids: bigint[] }).ids)
    return chain.script(name, args)
  }
  return { ctx: { ...ctx, chain: { ...chain, script } }, reads }
}

describe('a new key', () => {
  test('is refused while the vault covers no use, with what to do, and made after a deposit', async () => {
    const owner = await vaults.world.newWallet()
    const vaultId = await vaults.world.openVault(owner, { deposit: '0.5' })
    await expect(createVaultKey(vaults.as(owner), { vaultId })).rejects.toMatchObject({
      code: 'key_blocked',
      publicMessage: expect.stringContaining('Deposit FLOW') as string,
    })
    expect(await getKeyForVault(vaults.base, vaultId)).toMatchObject({ state: 'none' })
    await vaults.world.chain.send('owner/deposit', { vaultId, amount: '2.0' }, signerOf(owner))
    expect(await createVaultKey(vaults.as(owner), { vaultId })).toMatchObject({ state: 'active' })
  })

  test('of a paused vault is refused, and its owner told to resume', async () => {
    const owner = await vaults.world.newWallet()
    const vaultId = await vaults.world.openVault(owner)
    await vaults.world.chain.send('owner/pause', { vaultId }, signerOf(owner))
    await expect(createVaultKey(vaults.as(owner), { vaultId })).rejects.toMatchObject({
      code: 'key_blocked',
      publicMessage: expect.stringContaining('Resume it') as string,
    })
  })

  test('that a former owner left unfinished is in nobody’s way', async () => {
    const [owner, heir] = [await vaults.world.newWallet(), await vaults.world.newWallet()]
    const vaultId = await vaults.world.openVault(owner)
    const litellm = createLitellmClient({ url: 'http://127.0.0.1:1', masterKey: 'sk-none' })
    const cutOff = createVaultKey({ ...vaults.as(owner), litellm }, { vaultId })
    await expect(cutOff).rejects.toEqual(code('litellm_unreachable'))
    await vaults.world.chain.send('owner/transfer', { vaultId, to: heir.address }, signerOf(owner))
    await guardVaults(vaults.system, [vaultId])
    const { secret = '' } = await createVaultKey(vaults.as(heir), { vaultId })
    expect(await vaults.callWith(secret)).toBe(200)
  })

  test('gets a budget far above what its vault can pay', async () => {
    const { hash } = await vaults.newVault()
    expect(await vaults.base.litellm.keyInfo(hash)).toMatchObject({ limits: { hasBudget: true } })
  })
})

describe('a round', () => {
  test('reads vaults that something happened to, and few others', async () => {
    const some = await Promise.all(Array.from({ length: 6 }, () => vaults.newVault()))
    const { ctx, reads } = counting(vaults.system)
    const guard = createVaultGuard()
    await guard(ctx)
    expect(new Set(reads).size).toBeGreaterThanOrEqual(6)
    await guard(ctx)
    reads.length = 0
    await guard(ctx)
    expect(reads.length).toBeLessThanOrEqual(1)

    const [changed] = some
    if (!changed) throw new Error('no vault')
    await vaults.world.chain.send('owner/pause', { vaultId: changed.vaultId }, signerOf(changed.owner))
    reads.length = 0
    await guard(ctx)
    expect(new Set(reads)).toContain(changed.vaultId)
    expect(new Set(reads).size).toBeLessThanOrEqual(2)
    expect((await getKeyForVault(ctx, changed.vaultId)).state).toBe('blocked')
  })

  test('sees in turn what no event told, such as a time that has come', async () => {
    const vault = await vaults.newVault()
    const expiresAt = BigInt(Math.floor(Date.now() / 1_000) + 3_600)
    await vaults.world.chain.send('owner/set_expiry', { vaultId: vault.vaultId, expiresAt }, signerOf(vault.owner))
    const guard = createVaultGuard()
    await guard(vaults.system)
    expect((await getKeyForVault(vaults.base, vault.vaultId)).state).toBe('active')
    await guard({ ...vaults.system, clock: () => new Date(Date.now() + 3_600_000) })
    const { blocks } = await getKeyForVault(vaults.base, vault.vaultId)
    expect(blocks).toMatchObject([{ reason: 'expired' }])
  })

  test('that was cut off is made up for by the next', async () => {
    const vault = await vaults.newVault()
    const guard = createVaultGuard()
    await guard(vaults.system)
    await vaults.world.chain.send('owner/pause', { vaultId: vault.vaultId }, signerOf(vault.owner))
    const failing: ServiceContext['chain']['script'] = () => Promise.reject(new Error('the node went away'))
    const away = { ...vaults.system, chain: { ...vaults.system.chain, script: failing } }
    await expect(guard(away)).rejects.toThrow('the node went away')
    await guard(vaults.system)
    expect((await getKeyForVault(vaults.base, vault.vaultId)).state).toBe('blocked')
  })
})

describe('a review that the owner asks for', () => {
  test('has blocked the key when it answers, without the oracle', async () => {
    const vault = await vaults.newVault()
    const { vaultId } = vault
    await vaults.world.chain.send('owner/pause', { vaultId }, signerOf(vault.owner))
    expect(await vaults.callWith(vault.secret)).toBe(200)
    expect(await reviewVault(vaults.as(vault.owner), { vaultId })).toMatchObject({
      state: 'blocked',
      blocks: [{ reason: 'paused' }],
    })
    expect(await vaults.callWith(vault.secret)).toBe(401)
    await vaults.world.chain.send('owner/resume', { vaultId }, signerOf(vault.owner))
    expect(await reviewVault(vaults.as(vault.owner), { vaultId })).toMatchObject({ state: 'active', blocks: [] })
    expect(await vaults.callWith(vault.secret)).toBe(200)
  })

  test('by the one who gave the vault away, blocks the key that they made', async () => {
    const vault = await vaults.newVault()
    const to = (await vaults.world.newWallet()).address
    await vaults.world.chain.send('owner/transfer', { vaultId: vault.vaultId, to }, signerOf(vault.owner))
    await reviewVault(vaults.as(vault.owner), { vaultId: vault.vaultId })
    expect(await vaults.callWith(vault.secret)).toBe(401)
  })

  test('lifts no reason of others', async () => {
    const vault = await vaults.newVault()
    await addKeyBlock(vaults.system, { vaultId: vault.vaultId, reason: 'operator' })
    expect(await reviewVault(vaults.as(vault.owner), { vaultId: vault.vaultId })).toMatchObject({ state: 'blocked' })
  })

  test('is for the parties of the vault', async () => {
    const { vaultId } = await vaults.newVault()
    const stranger = await vaults.world.newWallet()
    await expect(reviewVault(vaults.as(stranger), { vaultId })).rejects.toEqual(code('not_permitted'))
    await expect(reviewVault(vaults.base, { vaultId })).rejects.toEqual(code('session_required'))
  })
})

test('a block that is added while another judges by older knowledge is not lifted by it', async () => {
  const vault = await vaults.newVault()
  const { vaultId } = vault
  const { chain } = vaults.system
  const script: typeof chain.script = async (name, args) => {
    const old = await chain.script(name, args)
    if (name === 'get_vaults') {
      await chain.send('owner/pause', { vaultId }, signerOf(vault.owner))
      await reviewVault(vaults.as(vault.owner), { vaultId })
    }
    return old
  }
  await guardVaults({ ...vaults.system, chain: { ...chain, script } }, [vaultId])
  await vaults.tell()
  expect(await vaults.callWith(vault.secret)).toBe(401)
})

test('with the oracle at work LiteLLM refuses a key within a second of the decision', async () => {
  const vault = await vaults.newVault()
  const workers = startWorkers(vaults.system)
  /** Milliseconds from a decision until LiteLLM knows it. */
  async function delay(): Promise<number> {
    await addKeyBlock(vaults.system, { vaultId: vault.vaultId, reason: 'operator' })
    const decided = performance.now()
    while ((await vaults.base.litellm.keyInfo(vault.hash))?.status !== 'blocked') await sleep(10)
    const took = performance.now() - decided
    expect(await vaults.callWith(vault.secret)).toBe(401)
    await liftKeyBlock(vaults.system, { vaultId: vault.vaultId, reason: 'operator' })
    while ((await vaults.base.litellm.keyInfo(vault.hash))?.status === 'blocked') await sleep(10)
    return took
  }
  try {
    // A busy machine may delay one of them.
    const delays = [await delay(), await delay(), await delay(), await delay(), await delay()]
    expect(Math.min(...delays)).toBeLessThan(5_000)
  } finally {
    await workers.stop()
  }
})

test('a key that is made without a look at its vault is judged by the next round', async () => {
  const owner = await vaults.world.newWallet()
  const vaultId = await vaults.world.openVault(owner, { deposit: '0.5' })
  const { secret = '' } = await createKey(vaults.as(owner), { vaultId })
  expect(await vaults.callWith(secret)).toBe(200)
  await createVaultGuard()(vaults.system)
  await vaults.tell()
  expect(await vaults.callWith(secret)).toBe(401)
})
