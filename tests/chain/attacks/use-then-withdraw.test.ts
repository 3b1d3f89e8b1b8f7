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

test('who used and then takes everything back gets nothing before what was used is settled', async () => {
  const { chain, customer } = billing
  const vaultId = await openVault(billing)
  await chain.send('owner/request_return', { vaultId, amount: null }, customer)
  const takeBack = () => chain.send('owner/take_back', { vaultId }, customer)
  expect(await refusalOf(takeBack())).toMatch(/Cannot take back FLOW yet! It may be taken at \d+/)
  await submitOne(billing, { vaultId, sequence: 1n, usage: { 'gpt-4': 250_000n } })
  await setClock(new Date(OPENING.getTime() + 3_700_000))
  await takeBack()
  const after = { status: 'closed', balance: 0n, paid: 506_250_000n, refunded: 493_750_000n }
  expect(await reportOf(billing, vaultId)).toMatchObject(after)
})
