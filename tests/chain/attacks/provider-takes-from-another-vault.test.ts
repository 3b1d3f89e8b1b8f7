import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Billing, openBilling, openVault, refusalOf, reportOf, submit } from '#tests/support/billing.ts'
import { party, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

test('is refused to the provider of another vault, and undoes the withdrawal from its own', async () => {
  const other = await party('Other provider')
  const vaultId = await openVault(billing)
  const own = await openVault(billing, '5.00000000', { provider: other.address })
  const usage = { other: 1_000n }
  await submit(billing, [
    { vaultId: own, sequence: 1n, usage },
    { vaultId, sequence: 1n, usage },
  ])
  const withdraw = billing.chain.send('provider/withdraw_accrued', { vaultIds: [own, vaultId] }, other)
  expect(await refusalOf(withdraw)).toMatch(/Cannot withdraw from vault \d+! The account is not its provider/)
  for (const id of [own, vaultId]) expect(await reportOf(billing, id)).toMatchObject({ accrued: 2_000_000n, paid: 0n })
})
