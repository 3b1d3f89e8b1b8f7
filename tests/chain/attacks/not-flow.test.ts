import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Billing, openBilling, openVault, reportOf } from '#tests/support/billing.ts'
import { attempt, deployTestContract, party, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

test('what is no FLOW opens no vault and enters none', async () => {
  const mallory = await party('Mallory')
  const minted = await deployTestContract(billing, 'Pebble', mallory)
  const id = await openVault(billing)
  const code = readTestCadence('deposit_pebbles')
  expect(await attempt(minted, code, [null], mallory)).toMatch(/Cannot open a vault! The deposit is not FLOW/)
  expect(await attempt(minted, code, [String(id)], mallory)).toMatch(/Cannot deposit! The deposit is not FLOW/)
  expect((await reportOf(billing, id)).deposits).toBe(1_000_000_000n)
})
