import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApprovedVault } from '#tests/support/approved-vault.ts'
import { type Billing, openBilling, OPENING, reportOf, submitOne } from '#tests/support/billing.ts'
import { attempt, setClock, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

test('pieces below the threshold add up: their sum in a period passes it no more than one withdrawal', async () => {
  const { id } = await openApprovedVault(billing, { threshold: '1.00000000' })
  await setClock(new Date(OPENING.getTime() + 3_700_000))
  await submitOne(billing, { vaultId: id, sequence: 1n, usage: { 'gpt-4': 250_000n } })
  const withdraw = async (amount: string) =>
    attempt(billing, readTestCadence('withdraw_amount'), [String(id), amount], billing.provider)
  for (const piece of ['0.40000000', '0.40000000']) expect(await withdraw(piece)).toBeNull()
  expect(await withdraw('0.40000000')).toMatch(
    /Cannot pay 0.40000000 FLOW! Without approval only 0.20000000 may be paid in this period/,
  )
  expect(await withdraw('0.20000000')).toBeNull()
  expect(await withdraw('0.00000001')).toMatch(/Without approval only 0.00000000 may be paid/)
  expect(await reportOf(billing, id)).toMatchObject({ paid: 100_000_000n, accrued: 406_250_000n })
})
