import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Billing, openBilling, OPENING, openVault, reportOf, submitOne } from '#tests/support/billing.ts'
import { attempt, setClock, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

test('after the expiry nothing accrues, so the provider gets what accrued before and no more', async () => {
  const { chain, customer, provider } = billing
  const vaultId = await openVault(billing)
  const expiresAt = BigInt(OPENING.getTime() / 1_000) + 7_200n
  await chain.send('owner/set_expiry', { vaultId, expiresAt }, customer)
  await submitOne(billing, { vaultId, sequence: 1n, usage: { other: 50_000n } })
  await setClock(new Date(OPENING.getTime() + 7_300_000))
  const late = await submitOne(billing, { vaultId, sequence: 2n, usage: { other: 500_000n } })
  expect(late).toMatchObject({ dueUsd: 0n, flowDue: 0n })
  await chain.send('provider/withdraw_accrued', { vaultIds: [vaultId] }, provider)
  expect(await reportOf(billing, vaultId)).toMatchObject({ paid: 100_000_000n, accrued: 0n, balance: 900_000_000n })
  const more = await attempt(billing, readTestCadence('withdraw_amount'), [String(vaultId), '0.00000001'], provider)
  expect(more).toMatch(/Cannot pay 0.00000001 FLOW! Only 0.00000000 accrued/)
})
