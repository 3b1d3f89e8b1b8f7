import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Billing, openBilling, OPENING, openVault, reportOf, submit } from '#tests/support/billing.ts'
import {
  attempt,
  type Deployed,
  deployTestContract,
  party,
  setClock,
  startEmulator,
  stopEmulator,
} from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
let hostile: Deployed
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
  hostile = await deployTestContract(billing, 'HostileReceiver', await party('Mallory'))
})
afterAll(() => stopEmulator())

async function hostileProvider(name: string) {
  const provider = await party(name)
  expect(await attempt(hostile, readTestCadence('install_hostile_receiver'), [], provider)).toBeNull()
  return provider
}

test("a provider's failing receiver undoes no batch: its FLOW accrues, everyone else is paid", async () => {
  const provider = await hostileProvider('Hostile provider')
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

test('nor does it keep the owner from closing the vault', async () => {
  const provider = await hostileProvider('Hostile heir')
  const vaultId = await openVault(billing, '10.00000000', { provider: provider.address })
  await submit(billing, [{ vaultId, sequence: 1n, usage: { 'gpt-4': 250_000n } }])
  await billing.chain.send('owner/request_return', { vaultId, amount: null }, billing.customer)
  await setClock(new Date(OPENING.getTime() + 3_700_000))
  await billing.chain.send('owner/take_back', { vaultId }, billing.customer)
  const after = { status: 'closed', refunded: 493_750_000n, accrued: 506_250_000n, paid: 0n }
  expect(await reportOf(billing, vaultId)).toMatchObject(after)
})
