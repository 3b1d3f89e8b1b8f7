import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Billing, flowOf, openBilling, openVault, reportOf, submitOne } from '#tests/support/billing.ts'
import { attempt, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

test('gets nothing by withdrawing twice', async () => {
  const id = await openVault(billing)
  await submitOne(billing, { vaultId: id, sequence: 1n, usage: { 'gpt-4': 250_000n } })
  await billing.chain.send('provider/withdraw_accrued', { vaultIds: [id, id] }, billing.provider)
  const once = await flowOf(billing, billing.provider)
  await billing.chain.send('provider/withdraw_accrued', { vaultIds: [id] }, billing.provider)
  expect(await flowOf(billing, billing.provider)).toBe(once)
  expect((await reportOf(billing, id)).paid).toBe(506_250_000n)
  const again = await attempt(billing, readTestCadence('withdraw_amount'), [String(id), '5.0625'], billing.provider)
  expect(again).toMatch(/Cannot pay 5.06250000 FLOW! Only 0.00000000 accrued/)
})
