import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Billing, openBilling, openVault, PERIOD, refusalOf, reportOf } from '#tests/support/billing.ts'
import { attempt, party, query, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

const readPublicly = (owner: string, id: bigint) =>
  query<string[]>(billing, readTestCadence('read_publicly'), [owner, String(id), 'gpt-4', '250000', String(PERIOD)])

test('borrowVault gives a vault under its owner only', async () => {
  const id = await openVault(billing)
  expect((await readPublicly(billing.customer.address, id))[0]).toBe('LLM API')
  expect((await readPublicly(billing.provider.address, id))[0]).toBe('none')
  expect((await readPublicly(billing.customer.address, 4_040n))[0]).toBe('none')
})

test("calculateDynamicPrice prices usage by the period's schedule", async () => {
  const answer = await readPublicly(billing.customer.address, 1n)
  expect(answer.slice(1)).toEqual(['Growth', '5.06250000'])
})

test('a vault that somebody else paid for is claimed by its owner', async () => {
  const [owner, payer] = [await party('Gifted'), await party('Giver')]
  const args = [owner.address, billing.provider.address, '3.0']
  expect(await attempt(billing, readTestCadence('open_for_other'), args, payer)).toBeNull()
  const [vaultId = 0n] = await billing.chain.script('get_vault_ids_by_owner', { owner: owner.address })
  const { chain } = billing
  const claim = (signer: typeof owner) => chain.send('owner/claim_vault', { vaultId }, signer)
  expect(await refusalOf(claim(payer))).toMatch(/Nothing waits for this account/)
  await claim(owner)
  await claim(owner)
  await chain.send('owner/set_automatic_payment', { vaultId, enabled: true }, owner)
  expect((await reportOf(billing, vaultId)).automaticPayment).toBe(true)
})

test('a vault that does not exist has no report', async () => {
  expect(await billing.chain.script('get_vault', { id: 4_040n })).toBeNull()
})
