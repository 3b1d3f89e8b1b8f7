import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { approve, claimSeat, openApprovedVault, proposalOf, setApprovers } from '#tests/support/approved-vault.ts'
import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import { type Billing, openBilling, openVault, refusalOf, reportOf, submitOne } from '#tests/support/billing.ts'
import type { Signer } from '#services/clients/flow/index.ts'
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

describe("a copy of the provider's capability", () => {
  const copied: bigint[] = []
  let thief: Signer
  const steal = (vaultId: bigint) =>
    attempt(billing, readTestCadence('use_thief_copy'), [String(vaultId), false, '0.1'], thief)
  const renew = (...vaultIds: bigint[]) =>
    billing.chain.send('provider/renew_capability', { vaultIds }, billing.provider)

  /** The thief gets a copy of the provider's capability of now; what was wrong with that: nothing. */
  async function copy(vaultId: bigint): Promise<Array<string | null>> {
    const { provider } = billing
    const [id, from, to] = [String(vaultId), provider.address, thief.address]
    return [
      await attempt(billing, readTestCadence('give_capability_away'), [id, false, to], provider),
      await attempt(billing, readTestCadence('keep_thief_copy'), [from, id, false], thief),
    ]
  }

  beforeAll(async () => {
    thief = await party("Provider's thief")
    for (let i = 0; i < 2; i += 1) {
      const vaultId = await openVault(billing, '20.00000000')
      await submitOne(billing, { vaultId, sequence: 1n, usage: { other: 50_000n } })
      await billing.chain.send('provider/withdraw_accrued', { vaultIds: [vaultId] }, billing.provider)
      await submitOne(billing, { vaultId, sequence: 2n, usage: { other: 100_000n } })
      copied.push(vaultId)
    }
  })

  test('works until the provider renews it, and is dead afterwards, while the provider withdraws on', async () => {
    for (const vaultId of copied) {
      expect(await copy(vaultId)).toEqual([null, null])
      expect(await steal(vaultId)).toBeNull()
    }
    const { events } = await renew(...copied)
    const { address: provider } = billing.provider
    expect(subscriptionEventsNamed('ProviderCapabilityRenewed', events)).toEqual(copied.map((id) => ({ id, provider })))
    for (const vaultId of copied) expect(await steal(vaultId)).toMatch(/the copy is dead/)
    await billing.chain.send('provider/withdraw_accrued', { vaultIds: copied }, billing.provider)
    for (const vaultId of copied) {
      expect(await reportOf(billing, vaultId)).toMatchObject({ accrued: 0n, paid: 200_000_000n })
    }
  })

  test('that its holder renews gives the new one to the provider alone', async () => {
    const [vaultId = 0n] = copied
    expect(await copy(vaultId)).toEqual([null, null])
    expect(await attempt(billing, readTestCadence('renew_thief_copy'), [String(vaultId)], thief)).toBeNull()
    expect(await steal(vaultId)).toMatch(/the copy is dead/)
    const claimed = billing.chain.send('provider/renew_capability', { vaultIds: [vaultId] }, thief)
    expect(await refusalOf(claimed)).toMatch(/The account is not its provider/)
    await submitOne(billing, { vaultId, sequence: 3n, usage: { other: 200_000n } })
    await billing.chain.send('provider/withdraw_accrued', { vaultIds: [vaultId] }, billing.provider)
    expect((await reportOf(billing, vaultId)).accrued).toBe(0n)
  })

  test("leaves the owner's capability as it is, and can be renewed before it was ever claimed", async () => {
    const vaultId = await openVault(billing)
    await renew(vaultId)
    await billing.chain.send('owner/set_cap', { vaultId, capUsd: null }, billing.customer)
    expect(await refusalOf(billing.chain.send('owner/claim_vault', { vaultId }, thief))).toMatch(/Nothing waits/)
  })
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

test('a seat that was given up and given again is another: the old capability stays dead', async () => {
  const { chain, customer } = billing
  const { id, approvers } = await openApprovedVault(billing)
  const [ann, ben, cem] = approvers
  for (const named of [
    [ann, ben],
    [ann, ben, cem],
  ]) {
    const change = proposalOf(await setApprovers(billing, id, named, 2n))
    for (const approver of [ann, ben]) await approve(billing, id, change, approver)
  }
  const wanted = proposalOf(await chain.send('owner/request_return', { vaultId: id, amount: null }, customer))
  expect(await refusalOf(approve(billing, id, wanted, cem))).toMatch(/The account is no approver of vault \d+ any more/)
  await claimSeat(billing, id, cem)
  const { events } = await approve(billing, id, wanted, cem)
  expect(subscriptionEventsNamed('ProposalApproved', events)).toMatchObject([{ approver: cem.address }])
})
