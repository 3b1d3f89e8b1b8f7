import { beforeAll, describe, expect, test } from 'vitest'
import { unseenTokens } from '#lib/keys/key-floor.ts'
import { getKeyForVault } from '#services/api-keys/index.ts'
import type { ScriptResult } from '#lib/flow/script-results.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { createVaultGuard } from '#services/vault-guard/index.ts'
import { signerOf } from '#tests/support/chain-world.ts'
import { type GuardedVault, type GuardedVaults, openGuardedVaults } from '#tests/support/guarded-vaults.ts'

let vaults: GuardedVaults
let guard: (ctx: ServiceContext) => Promise<void>

beforeAll(async () => {
  vaults = await openGuardedVaults()
  guard = createVaultGuard()
  await guard(vaults.system)
})

/** 60,000 tokens cost 1.80 USD of the vault's 10; a price of fewer than 100,000 never falls. */
const USED = 60_000

interface Attack {
  readonly name: string
  readonly reason: string
  readonly run: (vault: GuardedVault) => Promise<unknown>
}

const soon = (seconds: number): bigint => BigInt(Math.floor(Date.now() / 1_000) + seconds)
const attacks: readonly Attack[] = [
  {
    name: 'asks FLOW back until the rest covers no further use',
    reason: 'unfunded',
    run: ({ vaultId, owner }) =>
      vaults.world.chain.send('owner/request_return', { vaultId, amount: '7.7' }, signerOf(owner)),
  },
  {
    name: 'asks all FLOW back and closes',
    reason: 'closing',
    run: ({ vaultId, owner }) =>
      vaults.world.chain.send('owner/request_return', { vaultId, amount: null }, signerOf(owner)),
  },
  {
    name: 'lowers the cap',
    reason: 'capped',
    run: ({ vaultId, owner }) => vaults.world.chain.send('owner/set_cap', { vaultId, capUsd: '2.5' }, signerOf(owner)),
  },
  {
    name: 'pauses',
    reason: 'paused',
    run: ({ vaultId, owner }) => vaults.world.chain.send('owner/pause', { vaultId }, signerOf(owner)),
  },
  {
    name: 'shortens the expiry',
    reason: 'expired',
    run: ({ vaultId, owner }) =>
      vaults.world.chain.send('owner/set_expiry', { vaultId, expiresAt: soon(60) }, signerOf(owner)),
  },
  {
    name: 'gives the vault away',
    reason: 'transferred',
    run: async ({ vaultId, owner }) => {
      const to = (await vaults.world.newWallet()).address
      return vaults.world.chain.send('owner/transfer', { vaultId, to }, signerOf(owner))
    },
  },
]

/** What of a vault's usage the provider is not paid: beyond the balance, or beyond what is left after a return. */
async function overspent({ vaultId }: GuardedVault): Promise<bigint> {
  const report = await vaults.world.chain.script('get_vault', { id: vaultId })
  if (!report) throw new Error('no vault')
  const { balance, accrued, uncovered, pendingReturn } = report
  const left = balance - accrued - (pendingReturn?.amount ?? 0n)
  return left < 0n ? uncovered - left : uncovered
}

describe('an owner who uses the key and, before it is settled,', () => {
  test.each(attacks)('$name: nothing is served after the block, and nothing is overspent', async ({ run, reason }) => {
    const vault = await vaults.newVault()
    await vaults.use(vault, USED)
    await guard(vaults.system)
    await vaults.tell()
    expect(await vaults.callWith(vault.secret)).toBe(200)

    await run(vault)
    await guard(vaults.system)
    await vaults.tell()
    expect(await vaults.callWith(vault.secret)).toBe(401)
    const { blocks } = await getKeyForVault(vaults.base, vault.vaultId)
    expect(blocks.map((block) => block.reason)).toContain(reason)

    // As much as can have been used by then and not been seen.
    await vaults.use(vault, Number.parseInt(unseenTokens(vaults.base.env.keys, 60_000).toString(), 10))
    await vaults.settle()
    expect(await overspent(vault)).toBe(0n)
    await guard(vaults.system)
    await vaults.tell()
    expect(await vaults.callWith(vault.secret)).toBe(401)
  })

  test('a guard that ignores FLOW that was asked back goes on serving, and the loss is seen', async () => {
    const vault = await vaults.newVault()
    await vaults.use(vault, USED)
    const { chain } = vaults.system
    const script: typeof chain.script = async (name, args) => {
      const result = await chain.script(name, args)
      const reports = name === 'get_vaults' ? (result as ScriptResult<'get_vaults'>).reports : []
      for (const each of reports) Object.assign(each, { pendingReturn: null })
      return result
    }
    const careless = { ...vaults.system, chain: { ...chain, script } }
    await vaults.world.chain.send(
      'owner/request_return',
      { vaultId: vault.vaultId, amount: '7.9' },
      signerOf(vault.owner),
    )
    await createVaultGuard()(careless)
    await vaults.tell()
    expect(await vaults.callWith(vault.secret)).toBe(200)
    await vaults.use(vault, 30_000)
    await vaults.settle()
    expect(await overspent(vault)).toBeGreaterThan(0n)
  })
})

describe('a key is freed', () => {
  /** What LiteLLM answers before and after the owner does something. */
  const answers = async ({ secret }: GuardedVault, loosen: () => Promise<unknown>): Promise<number[]> => {
    await guard(vaults.system)
    await vaults.tell()
    const before = await vaults.callWith(secret)
    await loosen()
    await guard(vaults.system)
    await vaults.tell()
    return [before, await vaults.callWith(secret)]
  }
  const FREED = [401, 200]

  test('by a deposit, when its vault could pay no more', async () => {
    const vault = await vaults.newVault('3.0')
    await vaults.use(vault, 80_000)
    const payer = signerOf(await vaults.world.newWallet())
    const { chain } = vaults.world
    const deposit = () => chain.send('owner/deposit', { vaultId: vault.vaultId, amount: '5.0' }, payer)
    expect(await answers(vault, deposit)).toEqual(FREED)
  })

  test('when the owner resumes, cancels a closing, or raises the cap', async () => {
    const vault = await vaults.newVault()
    const { vaultId } = vault
    const owner = signerOf(vault.owner)
    const { chain } = vaults.world
    await chain.send('owner/pause', { vaultId }, owner)
    expect(await answers(vault, () => chain.send('owner/resume', { vaultId }, owner))).toEqual(FREED)
    await chain.send('owner/request_return', { vaultId, amount: null }, owner)
    expect(await answers(vault, () => chain.send('owner/cancel_return', { vaultId }, owner))).toEqual(FREED)
    await chain.send('owner/set_cap', { vaultId, capUsd: '0.5' }, owner)
    expect(await answers(vault, () => chain.send('owner/set_cap', { vaultId, capUsd: '5.0' }, owner))).toEqual(FREED)
  })

  test('but not when a transferred vault comes back to the one who made it', async () => {
    const vault = await vaults.newVault()
    const { vaultId } = vault
    const friend = await vaults.world.newWallet()
    const { chain } = vaults.world
    await chain.send('owner/transfer', { vaultId, to: friend.address }, signerOf(vault.owner))
    await guard(vaults.system)
    await chain.send('owner/claim_vault', { vaultId }, signerOf(friend))
    await chain.send('owner/transfer', { vaultId, to: vault.owner.address }, signerOf(friend))
    await guard(vaults.system)
    await vaults.tell()
    expect(await vaults.callWith(vault.secret)).toBe(401)
  })
})
