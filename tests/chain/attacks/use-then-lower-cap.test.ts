import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Billing,
  openBilling,
  OPENING,
  openVault,
  refusalOf,
  reportOf,
  submitOne,
} from '#tests/support/billing.ts'
import { setClock, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

test('who used and then lowers the cap, pauses or ends the right is still charged for it', async () => {
  const { chain, customer } = billing
  const vaultId = await openVault(billing)
  await chain.send('owner/set_cap', { vaultId, capUsd: '0.00000000' }, customer)
  await chain.send('owner/pause', { vaultId }, customer)
  const now = BigInt(OPENING.getTime() / 1_000)
  const shorten = chain.send('owner/set_expiry', { vaultId, expiresAt: now + 60n }, customer)
  expect(await refusalOf(shorten)).toMatch(/Cannot shorten the expiry so far! What is used until then must be settled/)
  const usage = { 'gpt-4': 250_000n }
  expect(await submitOne(billing, { vaultId, sequence: 1n, usage })).toMatchObject({ dueUsd: 506_250_000n })
  await setClock(new Date(OPENING.getTime() + 3_700_000))
  expect(await reportOf(billing, vaultId)).toMatchObject({ capUsd: 0n, status: 'paused', accrued: 506_250_000n })
})
