import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Billing, openBilling, openVault, reportOf, submitOne } from '#tests/support/billing.ts'
import { attempt, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

test.each([
  ['more than accrued', '5.06250001', /Cannot pay 5.06250001 FLOW! Only 5.06250000 accrued. Take at most that/],
  ['nothing', '0.0', /Cannot withdraw 0 FLOW! Wait until something accrued/],
])('does not reach to withdrawing %s', async (_, amount, reason) => {
  const vaultId = await openVault(billing)
  await submitOne(billing, { vaultId, sequence: 1n, usage: { 'gpt-4': 250_000n } })
  const code = readTestCadence('withdraw_amount')
  expect(await attempt(billing, code, [String(vaultId), amount], billing.provider)).toMatch(reason)
  expect(await reportOf(billing, vaultId)).toMatchObject({ accrued: 506_250_000n, paid: 0n })
})
