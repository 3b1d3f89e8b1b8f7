import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import { formatFlow } from '#lib/money/decimal.ts'
import { flow } from '#lib/money/units.ts'
import { nextPeriod, periodStart } from '#lib/period/period.ts'
import type { Signer } from '#services/clients/flow/index.ts'
import { approve, openApprovedVault, proposalOf, setApprovers } from '#tests/support/approved-vault.ts'
import {
  type Billing,
  flowOf,
  openBilling,
  OPENING,
  openVault,
  PERIOD,
  refusalOf,
  submitOne,
} from '#tests/support/billing.ts'
import { attempt, party, setClock, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
beforeEach(() => setClock(new Date(OPENING.getTime() + 3_600_000)))
afterAll(() => stopEmulator())

const storageOf = (address: string) => billing.chain.script('get_storage', { address })
const contracts = () => storageOf(billing.admin.address)

test('tells what an account uses and keeps free, and what one more vault needs by those opened so far', async () => {
  await openVault(billing)
  const before = await contracts()
  await openVault(billing, '10.00000000')
  const after = await contracts()
  const taken = after.used - before.used + (after.reserve - before.reserve)
  expect(after.used).toBeGreaterThan(before.used)
  expect(taken).toBeGreaterThan((after.nextVault * 9n) / 10n)
  expect(taken).toBeLessThanOrEqual(after.nextVault)
  expect(after).toMatchObject({ hasRoom: true, capacity: before.capacity })
  expect(after.capacity).toBe(after.balance)
})

test('what the next vault is reckoned to need is measured: before the first nothing is known of it', async () => {
  const fresh = await openBilling({ admin: 'Fresh admin' })
  const nextVault = async () => (await fresh.chain.script('get_storage', { address: fresh.admin.address })).nextVault
  const before = await nextVault()
  await openVault(fresh)
  expect(await nextVault()).toBeGreaterThan(before + 2_000n)
})

test("tells the same of a party's own account, where the capability is kept", async () => {
  const customer = await party('Roomy')
  await openVault(billing, '1.00000000', { customer })
  const before = await storageOf(customer.address)
  await openVault(billing, '1.00000000', { customer })
  const after = await storageOf(customer.address)
  expect(after.used - before.used).toBeLessThanOrEqual(before.nextVault)
  expect(after).toMatchObject({ hasRoom: true, reserve: 0n })
})

test('an account without room for the capability opens no vault, and keeps its deposit', async () => {
  const customer = await party('Crowded')
  const { chain } = billing
  const args = ['1.0', '200']
  const away = [formatFlow(flow((await flowOf(billing, customer)) - 100_300_000n)), billing.customer.address]
  expect(await attempt(billing, readTestCadence('send_flow'), away, customer)).toBeNull()
  expect(await attempt(billing, readTestCadence('fill_account'), args, customer)).toBeNull()
  const before = await flowOf(billing, customer)
  const opening = { provider: billing.provider.address, serviceName: 'LLM API', deposit: '1.00000000' }
  expect(await refusalOf(chain.send('owner/create_subscription', opening, customer))).toMatch(
    /The account has no room for the vault's capability. Add FLOW to it/,
  )
  expect(await flowOf(billing, customer)).toBe(before)
})

test('an opening tells how full the account of the vaults is', async () => {
  const args = { provider: billing.provider.address, serviceName: 'LLM API', deposit: '1.00000000' }
  const { events } = await billing.chain.send('owner/create_subscription', args, billing.customer)
  const [measured] = subscriptionEventsNamed('StorageMeasured', events)
  const { used, reserve, capacity } = await contracts()
  expect(measured).toMatchObject({ address: billing.admin.address, capacity, reserve })
  // The owner's capability left the inbox after the measurement.
  expect(used).toBeLessThanOrEqual(measured?.used ?? 0n)
  expect((measured?.used ?? 0n) - used).toBeLessThan(1_000n)
})

describe('what is kept free is enough', () => {
  const longest = (first: string) =>
    Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`${first}${i}`.padEnd(128, 'x'), 2n ** 40n]))

  test('for a vault with every setting, and as many models of as long names as there may be in each open month', async () => {
    const { chain, customer } = billing
    const before = await contracts()
    const vaultId = await openVault(billing, '10.00000000')
    const open = await contracts()
    await chain.send('owner/set_automatic_payment', { vaultId, enabled: true }, customer)
    await chain.send('owner/set_cap', { vaultId, capUsd: '184467440737.09551615' }, customer)
    await chain.send('owner/set_cap', { vaultId, capUsd: '1.00000000' }, customer)
    await chain.send('owner/set_expiry', { vaultId, expiresAt: 4_000_000_000n }, customer)
    await chain.send('owner/set_reminder', { vaultId, below: '0.00000001' }, customer)
    await chain.send('owner/pause', { vaultId }, customer)
    await chain.send('owner/request_return', { vaultId, amount: '1.00000000' }, customer)
    for (const [period, sequence] of [
      [PERIOD, 1n],
      [nextPeriod(PERIOD), 2n],
    ] as const) {
      if (period !== PERIOD) await setClock(new Date(periodStart(period).getTime() + 60_000))
      expect(await submitOne(billing, { vaultId, sequence, usage: longest('m'), period })).toMatchObject({ period })
    }
    await passOn(vaultId, 3)
    expect((await contracts()).used - open.used).toBeLessThanOrEqual(open.reserve - before.reserve)
  })

  test('for approvals with every proposal open', async () => {
    const { chain, customer, provider } = billing
    const plain = await contracts()
    await openVault(billing)
    const oneMore = await contracts()
    const { id, approvers } = await openApprovedVault(billing, { threshold: '1.00000000' })
    const seated = await contracts()
    const free = seated.reserve - oneMore.reserve - (oneMore.reserve - plain.reserve)
    const many: Signer[] = Array.from({ length: 16 }, (_, i) => ({
      ...customer,
      address: `0x${'f'.repeat(14)}${10 + i}`,
    }))
    const proposals = [
      await setApprovers(billing, id, many, 16n, '184467440737.09551615'),
      await chain.send('owner/request_return', { vaultId: id, amount: null }, customer),
      await chain.send('owner/transfer', { vaultId: id, to: customer.address }, customer),
      await chain.send('provider/request_payment', { vaultId: id, amount: '184467440737.09551615' }, provider),
    ]
    for (const made of proposals) await approve(billing, id, proposalOf(made), approvers[0])
    expect(free).toBeGreaterThan(0n)
    // Each of 16 approvers may have approved each of the 4 proposals: an address, with what it is wrapped in.
    expect((await contracts()).used - seated.used + 15n * 4n * 12n).toBeLessThanOrEqual(free)
  })

  test('and nothing stays of the accounts that a vault passes through', async () => {
    const vaultId = await openVault(billing)
    await passOn(vaultId, 2)
    const before = await contracts()
    await passOn(vaultId, 8)
    expect((await contracts()).used - before.used).toBeLessThan(200n)
  })
})

/** Gives the customer's vault to one account after the other, each of which held none, and back. */
async function passOn(vaultId: bigint, times: number): Promise<void> {
  const { chain, customer } = billing
  let owner = customer
  for (let done = 0; done < times; done += 1) {
    const heir = done === times - 1 ? customer : await party(`Heir ${done}`)
    await chain.send('owner/transfer', { vaultId, to: heir.address }, owner)
    await chain.send('owner/claim_vault', { vaultId }, heir)
    owner = heir
  }
}
