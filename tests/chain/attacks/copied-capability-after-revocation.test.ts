import { afterAll, beforeAll, expect, test } from 'vitest'
import { approve, openApprovedVault, proposalOf, setApprovers } from '#tests/support/approved-vault.ts'
import { type Billing, openBilling, openVault, refusalOf, reportOf } from '#tests/support/billing.ts'
import { attempt, party, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

test("a copy of the owner's capability works until the owner renews it, and is dead afterwards", async () => {
  const { customer, chain } = billing
  const [vaultId, thief] = [await openVault(billing), await party('Thief')]
  const leak = [String(vaultId), true, thief.address]
  expect(await attempt(billing, readTestCadence('give_capability_away'), leak, customer)).toBeNull()
  expect(await attempt(billing, readTestCadence('keep_copy'), [customer.address], thief)).toBeNull()
  expect(await attempt(billing, readTestCadence('use_copy'), [], thief)).toBeNull()
  await chain.send('owner/transfer', { vaultId, to: customer.address }, customer)
  await chain.send('owner/claim_vault', { vaultId }, customer)
  expect(await attempt(billing, readTestCadence('use_copy'), [], thief)).toMatch(/the copy is dead/)
  expect(await reportOf(billing, vaultId)).toMatchObject({ status: 'active', pendingReturn: null })
})

test('the seat of an approver who was replaced approves nothing', async () => {
  const { chain, customer } = billing
  const { id, approvers } = await openApprovedVault(billing)
  const [ann, ben, cem] = approvers
  const change = proposalOf(await setApprovers(billing, id, [ann, ben], 1n))
  await approve(billing, id, change, ann)
  await approve(billing, id, change, ben)
  const wanted = proposalOf(await chain.send('owner/request_return', { vaultId: id, amount: null }, customer))
  expect(await refusalOf(approve(billing, id, wanted, cem))).toMatch(/The account is no approver of vault \d+ any more/)
})
