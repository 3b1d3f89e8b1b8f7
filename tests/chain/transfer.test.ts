import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import type { Signer } from '#services/clients/flow/index.ts'
import { type Billing, flowOf, openBilling, openVault, refusalOf, reportOf, submitOne } from '#tests/support/billing.ts'
import { party, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'

let billing: Billing
let heir: Signer
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling({ settleDelaySeconds: 0n })
  heir = await party('Heir')
})
let id: bigint
beforeEach(async () => {
  id = await openVault(billing)
})
afterAll(() => stopEmulator())

const transfer = (to: Signer, signer = billing.customer) =>
  billing.chain.send('owner/transfer', { vaultId: id, to: to.address }, signer)
const claim = (signer: Signer) => billing.chain.send('owner/claim_vault', { vaultId: id }, signer)

describe('a transfer', () => {
  test('gives the vault with its FLOW to the new owner, and says so', async () => {
    const { events } = await transfer(heir)
    const { address: from } = billing.customer
    expect(subscriptionEventsNamed('VaultTransferred', events)).toEqual([{ id, from, to: heir.address }])
    await claim(heir)
    await billing.chain.send('owner/request_return', { vaultId: id, amount: null }, heir)
    const before = await flowOf(billing, heir)
    await billing.chain.send('owner/take_back', { vaultId: id }, heir)
    expect((await flowOf(billing, heir)) - before).toBe(1_000_000_000n)
  })

  test('lists the vault for its new owner and for the old one no longer', async () => {
    await transfer(heir)
    const idsOf = ({ address: owner }: Signer) => billing.chain.script('get_vault_ids_by_owner', { owner })
    expect(await idsOf(heir)).toContain(id)
    expect(await idsOf(billing.customer)).not.toContain(id)
    expect((await reportOf(billing, id)).owner).toBe(heir.address)
  })

  test("ends the old owner's capability", async () => {
    await transfer(heir)
    const { chain, customer } = billing
    const revoked = /The capability was revoked/
    expect(await refusalOf(chain.send('owner/request_return', { vaultId: id, amount: null }, customer))).toMatch(
      revoked,
    )
    expect(await refusalOf(chain.send('owner/set_cap', { vaultId: id, capUsd: '0.00000000' }, customer))).toMatch(
      revoked,
    )
    expect(await refusalOf(transfer(billing.customer))).toMatch(revoked)
    expect(await refusalOf(claim(customer))).toMatch(/Nothing waits for this account/)
  })

  test('leaves what accrued to the provider, whose capability stays', async () => {
    await submitOne(billing, { vaultId: id, sequence: 1n, usage: { 'gpt-4': 250_000n } })
    await transfer(heir)
    expect(await submitOne(billing, { vaultId: id, sequence: 2n, usage: { 'gpt-4': 250_001n } })).toMatchObject({ id })
    await billing.chain.send('provider/withdraw_accrued', { vaultIds: [id] }, billing.provider)
    expect((await reportOf(billing, id)).paid).toBeGreaterThanOrEqual(506_250_000n)
  })

  test('before the first owner claimed it leaves that one nothing to claim', async () => {
    await transfer(heir)
    await claim(heir)
    await transfer(billing.customer, heir)
    expect(await refusalOf(claim(heir))).toMatch(/Nothing waits for this account/)
    await claim(billing.customer)
    await claim(billing.customer)
    await billing.chain.send('owner/set_cap', { vaultId: id, capUsd: null }, billing.customer)
  })

  test('of a closed vault is refused', async () => {
    await billing.chain.send('owner/request_return', { vaultId: id, amount: null }, billing.customer)
    await billing.chain.send('owner/take_back', { vaultId: id }, billing.customer)
    expect(await refusalOf(transfer(heir))).toMatch(/Cannot change the vault! Vault \d+ is closed/)
    expect((await reportOf(billing, id)).owner).toBe(billing.customer.address)
  })

  test('to the owner itself gives it a new capability', async () => {
    await transfer(billing.customer)
    const setCap = () => billing.chain.send('owner/set_cap', { vaultId: id, capUsd: null }, billing.customer)
    expect(await refusalOf(setCap())).toMatch(/The capability was revoked/)
    await claim(billing.customer)
    await setCap()
  })

  test("cancels what the old owner asked for: a return, a lower cap, a pause that doesn't act yet", async () => {
    const slow = await openBilling({ admin: 'Slow admin' })
    const vaultId = await openVault(slow)
    await slow.chain.send('owner/request_return', { vaultId, amount: null }, slow.customer)
    await slow.chain.send('owner/set_cap', { vaultId, capUsd: '0.00000000' }, slow.customer)
    await slow.chain.send('owner/pause', { vaultId }, slow.customer)
    const { events } = await slow.chain.send('owner/transfer', { vaultId, to: heir.address }, slow.customer)
    expect(subscriptionEventsNamed('ReturnCancelled', events)).toHaveLength(1)
    expect(subscriptionEventsNamed('CapSet', events)).toMatchObject([{ id: vaultId, capUsd: null }])
    expect(subscriptionEventsNamed('Resumed', events)).toHaveLength(1)
    expect(await reportOf(slow, vaultId)).toMatchObject({
      status: 'active',
      pendingReturn: null,
      pendingCap: null,
      capUsd: null,
      pausedFrom: null,
    })
  })
})
