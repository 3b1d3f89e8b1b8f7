import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Billing, openBilling, openVault, PERIOD, reportOf, submitOne } from '#tests/support/billing.ts'
import {
  attempt,
  type Deployed,
  deployTestContract,
  startEmulator,
  stopEmulator,
} from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
let inside: Deployed
let vaultId: bigint
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
  inside = await deployTestContract(billing, 'Insider', billing.admin)
  vaultId = await openVault(billing)
  await submitOne(billing, { vaultId, sequence: 2n, usage: { 'gpt-4': 250_000n } })
})
afterAll(() => stopEmulator())

test.each([
  [
    'give back what is owed',
    'destroy Insider.refund(vaultId: vaultId, amount: 4.93750001)',
    /Cannot give back 4.93750001 FLOW! Only 4.93750000 is not owed/,
  ],
  [
    'pay more than accrued',
    'destroy Insider.pay(vaultId: vaultId, amount: 5.06250001)',
    /Cannot pay 5.06250001 FLOW! Only 5.06250000 accrued/,
  ],
  [
    'record debt above the largest UFix64',
    'Insider.accrue(vaultId: vaultId, amount: UFix64.max)\nInsider.accrue(vaultId: vaultId, amount: UFix64.max)',
    /The debt would be above the largest UFix64/,
  ],
  [
    'settle a number again',
    `Insider.settle(vaultId: vaultId, period: ${PERIOD}, sequence: 2, scheduleVersion: 1)`,
    /Cannot settle! The sequence would not rise/,
  ],
  [
    'give a period other prices',
    `Insider.settle(vaultId: vaultId, period: ${PERIOD}, sequence: 3, scheduleVersion: 2)`,
    /Cannot settle! The period would change its prices/,
  ],
])("not even another contract of the account's can %s", async (_, call, reason) => {
  const before = await reportOf(billing, vaultId)
  const code = readTestCadence('call_insider').replace('CALL', call)
  expect(await attempt(inside, code, [String(vaultId)], billing.customer)).toMatch(reason)
  expect(await reportOf(billing, vaultId)).toEqual(before)
})
