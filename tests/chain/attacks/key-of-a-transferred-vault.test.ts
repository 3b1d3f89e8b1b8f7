import { afterAll, beforeAll, expect, test } from 'vitest'
import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import { type Billing, openBilling, openVault, reportOf } from '#tests/support/billing.ts'
import { attempt, party, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

test("the transfer tells everyone from whom the vault went, so that the old owner's keys can be blocked", async () => {
  const { chain, customer } = billing
  const [vaultId, heir] = [await openVault(billing), await party('Heir')]
  const { events } = await chain.send('owner/transfer', { vaultId, to: heir.address }, customer)
  expect(subscriptionEventsNamed('VaultTransferred', events)).toEqual([
    { id: vaultId, from: customer.address, to: heir.address },
  ])
  expect((await reportOf(billing, vaultId)).owner).toBe(heir.address)
})

test.each([
  ['to the vault', false, /no value is stored at this path/],
  ['to what is in it', true, /referenced resource has been moved or destroyed/],
])(
  'the old owner keeps no hand on the vault within the same transaction either: a reference %s',
  async (_, inner, reason) => {
    const [vaultId, heir] = [await openVault(billing), await party('Heir')]
    const args = [String(vaultId), heir.address, inner]
    expect(await attempt(billing, readTestCadence('transfer_and_stay'), args, billing.customer)).toMatch(reason)
    expect(await reportOf(billing, vaultId)).toMatchObject({ owner: billing.customer.address, approvers: [] })
  },
)
