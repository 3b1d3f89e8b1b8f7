import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { contractAddresses, projectContracts } from '#lib/flow/addresses.ts'
import { formatFlow } from '#lib/money/decimal.ts'
import { createLocalAccounts, deployContracts, LOCAL_SETTINGS, setUpLocalChain } from '#services/chain/index.ts'
import { createChainClient, createSigner } from '#services/clients/flow/index.ts'
import { type OwnEmulator, serviceSigner, startOwnEmulator } from '#tests/support/own-emulator.ts'

let emulator: OwnEmulator
let folder: string

const setUp = (accessNode = emulator.url) =>
  setUpLocalChain({ accessNode, accountsFile: join(folder, 'accounts.json'), funder: serviceSigner() })

beforeAll(async () => {
  emulator = await startOwnEmulator()
})
afterAll(() => emulator.close())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flareflow-accounts-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a new chain', () => {
  test('gets four funded accounts, the contracts, roles and a rate; a second time nothing is done', async () => {
    const first = await setUp()
    const { chain, accounts } = first
    const roles = await Promise.all(
      Object.values(accounts).map(async ({ name, address }) => [name, await chain.script('get_roles', { address })]),
    )
    expect(Object.fromEntries(roles)).toEqual({
      customer: { admin: false, oracle: false, provider: false },
      provider: { admin: false, oracle: false, provider: true },
      admin: { admin: true, oracle: false, provider: false },
      oracle: { admin: false, oracle: true, provider: false },
    })
    const customer = await chain.account(accounts.customer.address)
    expect(customer && formatFlow(customer.balance)).toBe('1000.00000000')
    const { rate, deploymentId } = await chain.script('get_settings', {})
    expect(rate).toMatchObject({ usdPerFlow: 100_000_000n, source: 'fixed' })
    expect(first.deployment.map(({ done }) => done)).toEqual(projectContracts('emulator').map(() => 'added'))

    const { height } = await chain.latestBlock()
    const second = await setUp()

    expect(second.accounts).toEqual(accounts)
    expect(second.deployment.map(({ done }) => done)).toEqual(projectContracts('emulator').map(() => 'unchanged'))
    expect((await chain.latestBlock()).height).toBe(height)
    expect((await chain.script('get_settings', {})).deploymentId).toBe(deploymentId)
  })

  test('the file with the keys is readable by its user alone', async () => {
    await setUp()
    expect(statSync(join(folder, 'accounts.json')).mode & 0o777).toBe(0o600)
  })

  test('a contract of another version is replaced by this one', async () => {
    const { chain, accounts } = await setUp()
    const admin = createSigner(accounts.admin)
    const code = (await chain.account(admin.address))?.contracts['BillingPeriod'] ?? ''
    await chain.send('deployment/update_contract', { name: 'BillingPeriod', code: `${code}\n// Older.\n` }, admin)

    const deployment = await deployContracts({ chain, deployer: admin, settings: LOCAL_SETTINGS })

    expect(deployment.filter(({ done }) => done !== 'unchanged')).toEqual([{ name: 'BillingPeriod', done: 'updated' }])
    expect((await chain.account(admin.address))?.contracts['BillingPeriod']).toBe(code)
  })
})

describe('the accounts file of another chain', () => {
  test('accounts that this chain does not know are made anew', async () => {
    const old = await setUp()
    const other = await startOwnEmulator()
    try {
      const fresh = await setUp(other.url)
      expect(fresh.accounts.customer.privateKey).not.toBe(old.accounts.customer.privateKey)
      expect(fresh.deployment.every(({ done }) => done === 'added')).toBe(true)
      const saved = JSON.parse(readFileSync(join(folder, 'accounts.json'), 'utf8')) as { accounts: unknown[] }
      expect(saved.accounts).toContainEqual(fresh.accounts.customer)
    } finally {
      await other.close()
    }
  })

  test('is kept where it is asked for, and nothing is made on the other chain', async () => {
    const accountsFile = join(folder, 'accounts.json')
    await setUp()
    const before = readFileSync(accountsFile, 'utf8')
    const other = await startOwnEmulator()
    try {
      const { height } = await other.chain.latestBlock()
      const options = { accessNode: other.url, accountsFile, funder: serviceSigner(), keepsFile: true }
      await expect(setUpLocalChain(options)).rejects.toMatchObject({
        code: 'local_part_failed',
        publicMessage: expect.stringContaining('holds the accounts of another chain. Nothing was done.') as string,
      })
      expect(readFileSync(accountsFile, 'utf8')).toBe(before)
      expect((await other.chain.latestBlock()).height).toBe(height)
    } finally {
      await other.close()
    }
  })

  test('a damaged file stops with a sentence that names it', async () => {
    writeFileSync(join(folder, 'accounts.json'), '{"accounts":[]}')
    await expect(setUp()).rejects.toMatchObject({
      code: 'local_part_failed',
      publicMessage: expect.stringMatching(/accounts\.json is not a list of local accounts\. Run npm run reset/),
    })
  })
})

test('local accounts are refused on a live network', async () => {
  const addresses = contractAddresses('testnet', '0x7ee75d81c7229a61')
  const chain = createChainClient({ network: 'testnet', accessNode: emulator.url, addresses })
  const file = join(folder, 'accounts.json')
  await expect(createLocalAccounts({ chain, funder: serviceSigner(), file })).rejects.toMatchObject({
    code: 'wrong_network',
  })
})

test('two clients for two chains at the same time never mix', async () => {
  const other = await startOwnEmulator()
  try {
    const [one, two] = [emulator.chain, other.chain]
    const elsewhere = await setUp()
    await Promise.all(
      Array.from({ length: 5 }, async () => {
        const [mine, theirs] = await Promise.all([
          one.account(elsewhere.accounts.admin.address),
          two.account(elsewhere.accounts.admin.address),
        ])
        expect([mine?.address, theirs]).toEqual([elsewhere.accounts.admin.address, null])
      }),
    )
    // The other chain has no contracts at the service account either, so each client resolves names by itself.
    expect(await elsewhere.chain.script('get_providers', {})).toEqual([elsewhere.accounts.provider.address])
    await expect(two.script('get_providers', {})).rejects.toMatchObject({ code: 'chain_refused' })
  } finally {
    await other.close()
  }
})
