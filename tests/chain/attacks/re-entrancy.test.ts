import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Signer } from '#services/clients/flow/index.ts'
import { type Billing, openBilling, openVault, reportOf, submit } from '#tests/support/billing.ts'
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
let reentrant: Deployed
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
  reentrant = await deployTestContract(billing, 'ReentrantReceiver', await party('Mallory'))
})
afterAll(() => stopEmulator())

const usage = { 'gpt-4': 250_000n }

/** A vault of a provider whose public receiver takes the same amount again while it is paid. */
async function vaultOf(provider: Signer): Promise<bigint> {
  const vaultId = await openVault(billing, '20.00000000', { provider: provider.address })
  const code = readTestCadence('install_reentrant_receiver')
  expect(await attempt(reentrant, code, [String(vaultId)], provider)).toBeNull()
  return vaultId
}

test('a provider that withdraws again while it is paid gets nothing twice', async () => {
  const provider = await party('Greedy provider')
  const vaultId = await vaultOf(provider)
  await submit(billing, [{ vaultId, sequence: 1n, usage }])
  const pay = (amount: string) => attempt(billing, readTestCadence('pay_receiver'), [String(vaultId), amount], provider)
  expect(await pay('5.0625')).toMatch(/Cannot pay 5.06250000 FLOW! Only 0.00000000 accrued/)
  expect(await reportOf(billing, vaultId)).toMatchObject({ paid: 0n, accrued: 506_250_000n })
  // Half, and the other half while the first arrives, is what is due and no more.
  expect(await pay('2.53125')).toBeNull()
  expect(await reportOf(billing, vaultId)).toMatchObject({ paid: 506_250_000n, accrued: 0n, balance: 1_493_750_000n })
})

test('an automatic payment never calls it: the FLOW accrues', async () => {
  const provider = await party('Waiting provider')
  const vaultId = await vaultOf(provider)
  await billing.chain.send('owner/set_automatic_payment', { vaultId, enabled: true }, billing.customer)
  const { settled } = await submit(billing, [{ vaultId, sequence: 1n, usage }])
  expect(settled).toHaveLength(1)
  expect(await reportOf(billing, vaultId)).toMatchObject({ paid: 0n, accrued: 506_250_000n })
})
