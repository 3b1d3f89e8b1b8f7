import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Billing, openBilling, OPENING, openVault, type Reading, submit } from '#tests/support/billing.ts'
import {
  attempt,
  deployTestContract,
  party,
  setClock,
  startEmulator,
  stopEmulator,
} from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling({ minimumDeposit: '0.1' })
})
afterAll(() => stopEmulator())

const usage = { 'gpt-4': 1_000n, 'claude-3-opus': 500n, 'llama-3': 10n, other: 1n }
const most = 2n ** 64n - 1n

/** Opens so many vaults and returns their numbers. */
async function openMany(count: number, provider = billing.provider.address): Promise<bigint[]> {
  const owner = billing.customer.address
  const known = () => billing.chain.script('get_vault_ids_by_owner', { owner })
  const before = new Set(await known())
  const perTransaction = 50
  for (let opened = 0; opened < count; opened += perTransaction) {
    const args = [String(Math.min(perTransaction, count - opened)), provider, 'LLM API', '0', '0.5']
    expect(await attempt(billing, readTestCadence('open_many'), args, billing.customer)).toBeNull()
  }
  return (await known()).filter((id) => !before.has(id)).toSorted((a, b) => Number(a - b))
}

/** A vault of a provider whose receiver fails, paid automatically. */
async function vaultOfHostileProvider(): Promise<bigint> {
  const provider = await party('Hostile provider')
  const hostile = await deployTestContract(billing, 'HostileReceiver', await party('Mallory'))
  expect(await attempt(hostile, readTestCadence('install_hostile_receiver'), [], provider)).toBeNull()
  const vaultId = await openVault(billing, '1.00000000', { provider: provider.address })
  await billing.chain.send('owner/set_automatic_payment', { vaultId, enabled: true }, billing.customer)
  return vaultId
}

async function closedVault(): Promise<bigint> {
  const vaultId = await openVault(billing, '1.00000000')
  await billing.chain.send('owner/request_return', { vaultId, amount: null }, billing.customer)
  await setClock(new Date(OPENING.getTime() + 3_700_000))
  await billing.chain.send('owner/take_back', { vaultId }, billing.customer)
  return vaultId
}

test('every item that could panic is skipped with its reason, and the others of the 300 settle', async () => {
  const [closed, hostile] = [await closedVault(), await vaultOfHostileProvider()]
  const ids = await openMany(296)
  const [first = 0n, second = 0n, ...good] = ids
  const items: Reading[] = [
    { vaultId: 4_040_404n, sequence: 1n, usage },
    { vaultId: closed, sequence: 1n, usage },
    { vaultId: hostile, sequence: 1n, usage },
    { vaultId: first, sequence: 1n, usage: { 'gpt-4': most, 'claude-3-opus': most } },
    { vaultId: second, sequence: 1n, usage: { 'not a model': 1n } },
    ...good.map((vaultId) => ({ vaultId, sequence: 1n, usage })),
    { vaultId: good[0] ?? 0n, sequence: 1n, usage },
  ]
  expect(items).toHaveLength(300)
  const { settled, skipped } = await submit(billing, items)
  const reasons = skipped.map(({ id, reason }) => [id, reason])
  expect(reasons).toEqual([
    [4_040_404n, 'unknown_vault'],
    [closed, 'vault_closed'],
    [first, 'out_of_range'],
    [second, 'model_name_invalid'],
    [good[0], 'duplicate'],
  ])
  expect(settled.map(({ id }) => id)).toEqual([hostile, ...good])
})
