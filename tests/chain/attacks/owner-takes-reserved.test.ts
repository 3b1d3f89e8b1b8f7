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
import { attempt, setClock, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

test('the owner gets only what is not owed, however much was requested', async () => {
  const { chain, customer } = billing
  const vaultId = await openVault(billing)
  await submitOne(billing, { vaultId, sequence: 1n, usage: { 'gpt-4': 250_000n } })
  const asked = [String(vaultId), '9.99999999']
  expect(await attempt(billing, readTestCadence('request_carelessly'), asked, customer)).toBeNull()
  await setClock(new Date(OPENING.getTime() + 3_700_000))
  expect(await refusalOf(chain.send('owner/take_back', { vaultId }, customer))).toMatch(
    /Cannot take back 9.99999999 FLOW! Of the 4.93750000 FLOW that is not owed 1.00000000 must stay/,
  )
  await chain.send('owner/request_return', { vaultId, amount: '3.93750000' }, customer)
  await setClock(new Date(OPENING.getTime() + 7_400_000))
  await chain.send('owner/take_back', { vaultId }, customer)
  const after = { accrued: 506_250_000n, balance: 606_250_000n, refunded: 393_750_000n }
  expect(await reportOf(billing, vaultId)).toMatchObject(after)
  const call = 'destroy vault.funds.refund(5.0)'
  const code = readTestCadence('call_publicly').replace('CALL', call)
  expect(await attempt(billing, code, [String(vaultId)], customer)).toMatch(
    /cannot access `refund`: function requires `account` authorization/,
  )
})
