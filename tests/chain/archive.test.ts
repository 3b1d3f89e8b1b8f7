import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import { nextPeriod, periodStart } from '#lib/period/period.ts'
import type { Signer } from '#services/clients/flow/index.ts'
import { approve, claimSeat, proposalOf, setApprovers } from '#tests/support/approved-vault.ts'
import {
  type Billing,
  openBilling,
  OPENING,
  openVault,
  PERIOD,
  refusalOf,
  reportOf,
  submitOne,
} from '#tests/support/billing.ts'
import { attempt, party, query, setClock, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

const NEXT = nextPeriod(PERIOD)
const graceMs = 3 * 86_400_000

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling({ settleDelaySeconds: 0n })
})
beforeEach(() => setClock(new Date(OPENING.getTime() + 3_600_000)))
afterAll(() => stopEmulator())

const archive = (...vaultIds: bigint[]) => billing.chain.send('account/archive_vaults', { vaultIds }, billing.oracle)
const letTheMonthEnd = () => setClock(new Date(periodStart(NEXT).getTime() + graceMs + 60_000))

/** Closes a vault by taking back what is not owed. */
async function close(vaultId: bigint, owner: Signer = billing.customer): Promise<void> {
  await billing.chain.send('owner/request_return', { vaultId, amount: null }, owner)
  await billing.chain.send('owner/take_back', { vaultId }, owner)
}

/** A vault that was used, closed and archived; its last sequence is 7. */
async function archivedVault(owner: Signer = billing.customer): Promise<bigint> {
  const id = await openVault(billing, '10.00000000', { customer: owner })
  await submitOne(billing, { vaultId: id, sequence: 7n, usage: { 'gpt-4': 250_000n } })
  await close(id, owner)
  await letTheMonthEnd()
  await archive(id)
  return id
}

describe('a closed vault', () => {
  test('is removed when its last month takes no more readings, and its totals stay', async () => {
    const id = await openVault(billing)
    await submitOne(billing, { vaultId: id, sequence: 7n, usage: { 'gpt-4': 250_000n } })
    await close(id)
    const before = await reportOf(billing, id)
    await letTheMonthEnd()
    const { events } = await archive(id)
    expect(subscriptionEventsNamed('VaultArchived', events)).toEqual([{ id }])
    const ofTheMonth = { period: null, scheduleVersion: 0n, chargedUsd: 0n, tier: null, tokens: {}, root: '' }
    expect(await reportOf(billing, id)).toEqual({ ...before, ...ofTheMonth, eventCount: 0n })
    expect(before).toMatchObject({ status: 'closed', deposits: 1_000_000_000n, paid: 506_250_000n, lastSequence: 7n })
  })

  test('gives its storage back, but for an eighth, and what was kept free for it', async () => {
    const storage = () => billing.chain.script('get_storage', { address: billing.admin.address })
    const [before, ids] = [await storage(), [] as bigint[]]
    for (let opened = 0; opened < 5; opened += 1) ids.push(await openVault(billing))
    const open = await storage()
    for (const id of ids) await close(id)
    await archive(...ids)
    const after = await storage()
    expect((after.used - before.used) * 8n).toBeLessThan(open.used - before.used)
    expect(open.reserve).toBeGreaterThan(before.reserve)
    expect(after.reserve).toBe(before.reserve)
  })

  test('is still listed for its owner and its provider', async () => {
    const owner = await party('Former owner')
    const id = await archivedVault(owner)
    const { chain, provider } = billing
    expect(await chain.script('get_vault_ids_by_owner', { owner: owner.address })).toEqual([id])
    expect(await chain.script('get_vault_ids_by_provider', { provider: provider.address })).toContain(id)
    const { reports } = await chain.script('get_vaults', { ids: [id] })
    expect(reports).toMatchObject([{ id, status: 'closed', owner: owner.address, serviceName: 'LLM API' }])
  })

  test.each<[string, () => Promise<bigint>, RegExp]>([
    ['is open', () => openVault(billing), /Cannot archive vault \d+! It is open. Its owner closes it/],
    [
      'holds what the provider has not taken',
      async () => {
        const id = await openVault(billing, '10.00000000', { provider: '0x00000000000000ff' })
        await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 1_000n } })
        await close(id)
        await letTheMonthEnd()
        return id
      },
      /Its provider's FLOW is in it. Wait until that is withdrawn/,
    ],
    [
      'may be told of a reading again',
      async () => {
        const id = await openVault(billing)
        await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 1_000n } })
        await close(id)
        return id
      },
      /Its last month takes readings. Wait until that month's grace time is over/,
    ],
    ['does not exist', async () => 4_040n, /There is no such vault, or it was archived before/],
    ['was archived', () => archivedVault(), /There is no such vault, or it was archived before/],
  ])('stays if it %s', async (_, make, reason) => {
    expect(await refusalOf(archive(await make()))).toMatch(reason)
  })
})

describe('an archived vault', () => {
  test('takes no reading again, old or new', async () => {
    const id = await archivedVault()
    const usage = { 'gpt-4': 250_000n }
    for (const sequence of [1n, 7n, 8n]) {
      expect(await submitOne(billing, { vaultId: id, sequence, usage, period: NEXT })).toBe('vault_closed')
    }
    const code = readTestCadence('read_registry')
    expect((await query<string[]>(billing, code, ['litellm-usage', String(id)]))[2]).toBe('7')
  })

  test('takes no deposit, and is borrowed by nobody', async () => {
    const id = await archivedVault()
    const deposit = billing.chain.send('owner/deposit', { vaultId: id, amount: '1.00000000' }, billing.customer)
    expect(await refusalOf(deposit)).toMatch(/There is no vault \d+, or it is closed/)
    const args = [billing.customer.address, String(id), 'gpt-4', '1', String(PERIOD)]
    await expect(query(billing, readTestCadence('read_publicly'), args)).rejects.toThrow(
      /Cannot borrow vault \d+! It is closed. Read what is left in VaultDirectory.closedVault/,
    )
  })

  test('leaves no capability behind: none acts that was kept', async () => {
    const { chain, customer, provider } = billing
    const id = await archivedVault()
    expect(await refusalOf(chain.send('owner/set_cap', { vaultId: id, capUsd: null }, customer))).toMatch(/was revoked/)
    const transfer = chain.send('owner/transfer', { vaultId: id, to: provider.address }, customer)
    expect(await refusalOf(transfer)).toMatch(/was revoked/)
  })

  test('leaves no capability behind: none waits in the inbox', async () => {
    const { chain, customer, provider } = billing
    const [id, heir] = [await openVault(billing), await party('Heir')]
    // A transfer gives the provider a new capability, which nobody takes here.
    await chain.send('owner/transfer', { vaultId: id, to: heir.address }, customer)
    await chain.send('owner/claim_vault', { vaultId: id }, heir)
    await chain.send('owner/request_return', { vaultId: id, amount: null }, heir)
    await chain.send('owner/take_back', { vaultId: id }, heir)
    await archive(id)
    expect(await refusalOf(chain.send('owner/claim_vault', { vaultId: id }, heir))).toMatch(/Nothing waits/)
    const credit = chain.send('provider/grant_credit', { vaultId: id, usd: '1.00000000', reason: 'late' }, provider)
    expect(await refusalOf(credit)).toMatch(/The account is not its provider/)
  })

  test('keeps its provider from nothing: withdrawing and renewing pass over it', async () => {
    const { chain, provider } = billing
    const [archived, open] = [await archivedVault(), await openVault(billing)]
    await submitOne(billing, { vaultId: open, sequence: 1n, usage: { other: 1_000n }, period: NEXT })
    await chain.send('provider/withdraw_accrued', { vaultIds: [archived, open] }, provider)
    expect(await reportOf(billing, open)).toMatchObject({ accrued: 0n, paid: 2_000_000n })
    const { events } = await chain.send('provider/renew_capability', { vaultIds: [archived, open] }, provider)
    expect(subscriptionEventsNamed('ProviderCapabilityRenewed', events)).toMatchObject([{ id: open }])
  })

  test('has no approvers any more', async () => {
    const [id, ann] = [await openVault(billing), await party('Ann')]
    await close(id)
    const approved = await openVault(billing)
    await setApprovers(billing, approved, [ann], 1n)
    await claimSeat(billing, approved, ann)
    const request = { vaultId: approved, amount: null }
    const closing = proposalOf(await billing.chain.send('owner/request_return', request, billing.customer))
    await approve(billing, approved, closing, ann)
    await billing.chain.send('owner/take_back', { vaultId: approved }, billing.customer)
    await archive(id, approved)
    expect(await billing.chain.script('get_approvals', { vaultId: approved })).toBeNull()
    expect(await refusalOf(approve(billing, approved, closing, ann))).toMatch(/no approver of vault/)
  })

  test('has a number that no later vault gets', async () => {
    const id = await archivedVault()
    expect(await openVault(billing)).toBeGreaterThan(id)
  })

  test('is of no use to whoever borrowed it before in the same transaction', async () => {
    const id = await openVault(billing)
    await close(id)
    const code = readTestCadence('archive_and_stay')
    expect(await attempt(billing, code, [String(id)], billing.customer)).toMatch(/no value is stored at this path/)
  })
})
