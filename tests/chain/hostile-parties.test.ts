import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Billing, flowOf, openBilling, openVault, reportOf, submit } from '#tests/support/billing.ts'
import {
  attempt,
  type Deployed,
  deployTestContract,
  party,
  startEmulator,
  stopEmulator,
} from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
let hostile: Deployed
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
  hostile = await deployTestContract(billing, 'Pebble', await party('Mallory'))
  hostile = await deployTestContract(hostile, 'HostileReceiver', await party('Mallory'))
})
afterAll(() => stopEmulator())

test("a provider's failing receiver undoes no batch: its FLOW accrues, everyone else is paid", async () => {
  const provider = await party('Hostile provider')
  expect(await attempt(hostile, readTestCadence('install_hostile_receiver'), [], provider)).toBeNull()
  const bad = await openVault(billing, '10.00000000', { provider: provider.address })
  const good = await openVault(billing)
  for (const vaultId of [bad, good]) {
    await billing.chain.send('owner/set_automatic_payment', { vaultId, enabled: true }, billing.customer)
  }
  const usage = { 'gpt-4': 250_000n }
  const { settled } = await submit(billing, [
    { vaultId: bad, sequence: 1n, usage },
    { vaultId: good, sequence: 1n, usage },
  ])
  expect(settled).toHaveLength(2)
  expect(await reportOf(billing, bad)).toMatchObject({ accrued: 506_250_000n, paid: 0n })
  expect(await reportOf(billing, good)).toMatchObject({ accrued: 0n, paid: 506_250_000n })
  await billing.chain.send('provider/withdraw_accrued', { vaultIds: [bad] }, provider)
  expect((await reportOf(billing, bad)).paid).toBe(506_250_000n)
})

test('what is no FLOW opens no vault and enters none', async () => {
  const id = await openVault(billing)
  const code = readTestCadence('deposit_pebbles')
  const mallory = await party('Mallory')
  expect(await attempt(hostile, code, [null], mallory)).toMatch(/Cannot open a vault! The deposit is not FLOW/)
  expect(await attempt(hostile, code, [String(id)], mallory)).toMatch(/Cannot deposit! The deposit is not FLOW/)
  expect((await reportOf(billing, id)).deposits).toBe(1_000_000_000n)
})

test('the FLOW of vaults is no part of the balance of the account that holds them', async () => {
  const id = await openVault(billing)
  const before = await flowOf(billing, billing.admin)
  await openVault(billing, '100.00000000')
  expect(await flowOf(billing, billing.admin)).toBe(before)
  expect((await reportOf(billing, id)).balance).toBe(1_000_000_000n)
})
