import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Billing, openBilling, openVault, refusalOf, reportOf } from '#tests/support/billing.ts'
import { attempt, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

test('a customer who names himself the provider has a vault that shows it, so it gets no key', async () => {
  const { chain, customer } = billing
  const { address } = customer
  const vaultId = await openVault(billing, '10.00000000', { provider: address })
  expect(await reportOf(billing, vaultId)).toMatchObject({
    owner: address,
    provider: address,
    providerRegistered: false,
  })
  expect(await refusalOf(chain.send('admin/register_provider', { address }, customer))).toMatch(
    /The account is not the admin's/,
  )
  expect((await reportOf(billing, vaultId)).providerRegistered).toBe(false)
})

test("and as the provider he can't get around the settle delay: nothing accrued", async () => {
  const { chain, customer } = billing
  const vaultId = await openVault(billing, '10.00000000', { provider: customer.address })
  await chain.send('provider/withdraw_accrued', { vaultIds: [vaultId] }, customer)
  const refusal = await attempt(billing, readTestCadence('withdraw_amount'), [String(vaultId), '1.0'], customer)
  expect(refusal).toMatch(/Cannot pay 1.00000000 FLOW! Only 0.00000000 accrued/)
})
