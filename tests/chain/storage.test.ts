import { afterAll, beforeAll, expect, test } from 'vitest'
import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import { openApprovedVault } from '#tests/support/approved-vault.ts'
import { type Billing, openBilling, openVault } from '#tests/support/billing.ts'
import { party, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

const storageOf = (address: string) => billing.chain.script('get_storage', { address })

test('tells what an account uses, has room for, and what one more vault needs at most', async () => {
  await openVault(billing)
  const before = await storageOf(billing.admin.address)
  await openVault(billing, '10.00000000')
  const after = await storageOf(billing.admin.address)
  expect(after.used).toBeGreaterThan(before.used)
  expect(after.used - before.used).toBeLessThanOrEqual(before.nextVault)
  expect(after).toMatchObject({ hasRoom: true, capacity: before.capacity })
  expect(after.capacity).toBe(after.balance)
})

test("tells the same of a party's own account, where the capability is kept", async () => {
  const customer = await party('Roomy')
  await openVault(billing, '1.00000000', { customer })
  const before = await storageOf(customer.address)
  await openVault(billing, '1.00000000', { customer })
  const after = await storageOf(customer.address)
  expect(after.used - before.used).toBeLessThanOrEqual(before.nextVault)
  expect(after.hasRoom).toBe(true)
})

test('an opening tells how full the account of the vaults is', async () => {
  const args = { provider: billing.provider.address, serviceName: 'LLM API', deposit: '1.00000000' }
  const { events } = await billing.chain.send('owner/create_subscription', args, billing.customer)
  const [measured] = subscriptionEventsNamed('StorageMeasured', events)
  const { used, capacity } = await storageOf(billing.admin.address)
  expect(measured).toMatchObject({ address: billing.admin.address, capacity })
  expect(used - (measured?.used ?? 0n)).toBeLessThan(1_000n)
})

test('an approver needs no more than is reckoned', async () => {
  const plain = await storageOf(billing.admin.address)
  const { id } = await openApprovedVault(billing)
  const seated = await storageOf(billing.admin.address)
  expect(id).toBeGreaterThan(0n)
  expect(seated.used - plain.used).toBeLessThanOrEqual(plain.nextVault + 3n * 2_000n)
})
