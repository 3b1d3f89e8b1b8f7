import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import { approve, claimSeat, openApprovedVault, proposalOf, setApprovers } from '#tests/support/approved-vault.ts'
import { type Billing, openBilling, OPENING, openVault, refusalOf, reportOf } from '#tests/support/billing.ts'
import { attempt, party, setClock, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

const hourMs = 3_600_000
const opened = OPENING.getTime() + hourMs

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
beforeEach(() => setClock(new Date(opened)))
afterAll(() => stopEmulator())

const letTheDelayPass = () => setClock(new Date(opened + hourMs + 60_000))
const request = (vaultId: bigint, amount: string | null) =>
  billing.chain.send('owner/request_return', { vaultId, amount }, billing.customer)
const takeBack = (vaultId: bigint) => billing.chain.send('owner/take_back', { vaultId }, billing.customer)
const transfer = (vaultId: bigint, to: string) =>
  billing.chain.send('owner/transfer', { vaultId, to }, billing.customer)
const requestPayment = (vaultId: bigint, amount: string) =>
  billing.chain.send('provider/request_payment', { vaultId, amount }, billing.provider)
const approvalsOf = async (vaultId: bigint) => {
  const approvals = await billing.chain.script('get_approvals', { vaultId })
  if (!approvals) throw new Error(`Vault ${vaultId} needs no approval.`)
  return approvals
}

describe("the owner's withdrawal", () => {
  test('needs the delay and M of N', async () => {
    const { id, approvers } = await openApprovedVault(billing)
    const proposal = proposalOf(await request(id, '4.00000000'))
    await letTheDelayPass()
    expect(await refusalOf(takeBack(id))).toMatch(/Cannot execute proposal \d+ of vault \d+! It has 0 of 2 approvals/)
    await approve(billing, id, proposal, approvers[0])
    expect(await refusalOf(takeBack(id))).toMatch(/It has 1 of 2 approvals. Ask the approvers/)
    await approve(billing, id, proposal, approvers[2])
    await takeBack(id)
    expect(await reportOf(billing, id)).toMatchObject({ refunded: 400_000_000n, pendingReturn: null })
    expect(await refusalOf(takeBack(id))).toMatch(/Nothing was requested/)
  })

  test('that was approved still waits for the delay', async () => {
    const { id, approvers } = await openApprovedVault(billing)
    const proposal = proposalOf(await request(id, null))
    for (const approver of approvers.slice(0, 2)) await approve(billing, id, proposal, approver)
    expect(await refusalOf(takeBack(id))).toMatch(/Cannot take back FLOW yet/)
    await letTheDelayPass()
    await takeBack(id)
    expect((await reportOf(billing, id)).status).toBe('closed')
  })

  test('of another amount needs approvals of its own', async () => {
    const { id, approvers } = await openApprovedVault(billing)
    const small = proposalOf(await request(id, '0.10000000'))
    for (const approver of approvers.slice(0, 2)) await approve(billing, id, small, approver)
    await request(id, '9.00000000')
    await letTheDelayPass()
    expect(await refusalOf(takeBack(id))).toMatch(/It has 0 of 2 approvals/)
    expect(await refusalOf(approve(billing, id, small, approvers[2]))).toMatch(
      /Cannot use proposal \d+ of vault \d+! It was executed, replaced or dropped, or it expired/,
    )
  })

  test('of everything ends what else was proposed: a closed vault is passed on to nobody', async () => {
    const { id, approvers } = await openApprovedVault(billing, { threshold: '1.00000000' })
    const to = (await party('Heir')).address
    const passOn = proposalOf(await billing.chain.send('owner/transfer', { vaultId: id, to }, billing.customer))
    const newPolicy = proposalOf(await setApprovers(billing, id, approvers, 3n))
    const proposal = proposalOf(await request(id, null))
    for (const approver of approvers.slice(0, 2)) await approve(billing, id, proposal, approver)
    await letTheDelayPass()
    const { events } = await takeBack(id)
    expect(subscriptionEventsNamed('ProposalDropped', events)).toMatchObject([
      { proposal: passOn, kind: 'transfer' },
      { proposal: newPolicy, kind: 'policy' },
    ])
    for (const dropped of [passOn, newPolicy]) {
      expect(await refusalOf(approve(billing, id, dropped, approvers[0]))).toMatch(/executed, replaced or dropped/)
    }
    expect(await reportOf(billing, id)).toMatchObject({ owner: billing.customer.address, approvalsRequired: 2 })
  })

  test('that was asked for before there were approvers is cancelled when they are named', async () => {
    const id = await openVault(billing)
    await request(id, null)
    await setApprovers(billing, id, [await party('Ann')], 1n)
    await letTheDelayPass()
    expect(await refusalOf(takeBack(id))).toMatch(/Nothing was requested/)
  })

  test('is carried out by the owner only', async () => {
    const { id, approvers } = await openApprovedVault(billing)
    const proposal = proposalOf(await request(id, null))
    for (const approver of approvers.slice(0, 2)) await approve(billing, id, proposal, approver)
    const code = readTestCadence('execute_proposal')
    const refusal = await attempt(billing, code, [String(id), String(proposal)], await party('Stranger'))
    expect(refusal).toMatch(/Cannot take FLOW back for the owner! The owner takes it with owner\/take_back/)
  })
})

describe('a proposal', () => {
  test('takes one approval of each approver', async () => {
    const { id, approvers } = await openApprovedVault(billing)
    const proposal = proposalOf(await request(id, null))
    await approve(billing, id, proposal, approvers[0])
    expect(await refusalOf(approve(billing, id, proposal, approvers[0]))).toMatch(/Cannot approve proposal \d+ twice/)
    expect((await approvalsOf(id)).proposals).toMatchObject([{ id: proposal, approvedBy: [approvers[0].address] }])
  })

  test('expires', async () => {
    const { id, approvers } = await openApprovedVault(billing)
    const proposal = proposalOf(await request(id, null))
    await approve(billing, id, proposal, approvers[0])
    await setClock(new Date(opened + 8 * 86_400_000))
    expect(await refusalOf(approve(billing, id, proposal, approvers[1]))).toMatch(/or it expired. Propose it again/)
    expect(await refusalOf(takeBack(id))).toMatch(/or it expired/)
  })

  test('is carried out once', async () => {
    const { id, approvers } = await openApprovedVault(billing, { threshold: '0.00000000' })
    await letTheDelayPass()
    const proposal = proposalOf(await requestPayment(id, '1.00000000'))
    await approve(billing, id, proposal, approvers[0])
    const { events } = await approve(billing, id, proposal, approvers[1])
    expect(subscriptionEventsNamed('ProposalExecuted', events)).toHaveLength(1)
    const again = await attempt(
      billing,
      readTestCadence('execute_proposal'),
      [String(id), String(proposal)],
      billing.provider,
    )
    expect(again).toMatch(/Cannot use proposal \d+ of vault \d+! It was executed/)
    expect((await approvalsOf(id)).approvedBeyond).toBe(100_000_000n)
  })

  test('of a vault without approvers does not exist', async () => {
    const id = await openVault(billing)
    const refusal = await attempt(billing, readTestCadence('execute_proposal'), [String(id), '1'], billing.provider)
    expect(refusal).toMatch(/Cannot use approvals! Vault \d+ needs none/)
    expect(await refusalOf(requestPayment(id, '1.00000000'))).toMatch(/needs none. Act without/)
    expect(await billing.chain.script('get_approvals', { vaultId: id })).toBeNull()
  })
})

describe('a transfer of a vault with approvers', () => {
  test('happens with the last approval, and ends the approvals', async () => {
    const { id, approvers } = await openApprovedVault(billing)
    const heir = await party('Heir')
    const proposal = proposalOf(await transfer(id, heir.address))
    await approve(billing, id, proposal, approvers[0])
    expect((await reportOf(billing, id)).owner).toBe(billing.customer.address)
    const { events } = await approve(billing, id, proposal, approvers[1])
    expect(subscriptionEventsNamed('VaultTransferred', events)).toHaveLength(1)
    expect(subscriptionEventsNamed('ApprovalsEnded', events)).toHaveLength(1)
    expect(await reportOf(billing, id)).toMatchObject({ owner: heir.address, approvers: [], approvalsRequired: 0 })
    await billing.chain.send('owner/claim_vault', { vaultId: id }, heir)
    await billing.chain.send('owner/request_return', { vaultId: id, amount: null }, heir)
    await letTheDelayPass()
    await billing.chain.send('owner/take_back', { vaultId: id }, heir)
  })
})

describe('the approvers', () => {
  test('are named by the owner the first time, and seated', async () => {
    const id = await openVault(billing)
    const [ann, ben] = [await party('Ann'), await party('Ben')]
    const { events } = await setApprovers(billing, id, [ann, ben], 2n, '5.00000000')
    expect(subscriptionEventsNamed('ApproversSet', events)).toMatchObject([{ vaultId: id, required: 2n }])
    const { approvers, approvalsRequired } = await reportOf(billing, id)
    expect([approvers, approvalsRequired]).toEqual([[ann.address, ben.address], 2])
    await claimSeat(billing, id, ann)
    await claimSeat(billing, id, ann)
  })

  test('are changed by M of N only, and then the new ones count', async () => {
    const { id, approvers } = await openApprovedVault(billing)
    const [ann, ben, cem] = approvers
    const dan = await party('Dan')
    const change = proposalOf(await setApprovers(billing, id, [ann, dan], 1n))
    expect((await reportOf(billing, id)).approvers).toHaveLength(3)
    await approve(billing, id, change, ben)
    await approve(billing, id, change, cem)
    expect(await reportOf(billing, id)).toMatchObject({ approvers: [ann.address, dan.address], approvalsRequired: 1 })
    const proposal = proposalOf(await request(id, '1.00000000'))
    const gone = /Cannot approve! The account is no approver of vault \d+ any more/
    expect(await refusalOf(approve(billing, id, proposal, ben))).toMatch(gone)
    expect(await refusalOf(claimSeat(billing, id, await party('Erin')))).toMatch(/Nothing waits for this account/)
    await claimSeat(billing, id, dan)
    await approve(billing, id, proposal, dan)
    await letTheDelayPass()
    await takeBack(id)
  })

  test('that change void what the old ones approved', async () => {
    const { id, approvers } = await openApprovedVault(billing)
    const wanted = proposalOf(await request(id, null))
    for (const approver of approvers.slice(0, 2)) await approve(billing, id, wanted, approver)
    const change = proposalOf(await setApprovers(billing, id, approvers, 3n))
    for (const approver of approvers.slice(0, 2)) await approve(billing, id, change, approver)
    await letTheDelayPass()
    expect(await refusalOf(takeBack(id))).toMatch(/It was executed, replaced or dropped/)
  })

  test('end by M of N only', async () => {
    const { id, approvers } = await openApprovedVault(billing)
    const end = proposalOf(await setApprovers(billing, id, [], 0n))
    await approve(billing, id, end, approvers[0])
    const { events } = await approve(billing, id, end, approvers[1])
    expect(subscriptionEventsNamed('ApprovalsEnded', events)).toHaveLength(1)
    await request(id, '1.00000000')
    await letTheDelayPass()
    await takeBack(id)
    expect(await refusalOf(setApprovers(billing, id, [], 0n))).toMatch(/Cannot end approvals! The vault needs none/)
  })

  test('that are seated again claim a new seat', async () => {
    const { id, approvers } = await openApprovedVault(billing)
    const [ann, ben, cem] = approvers
    const without = proposalOf(await setApprovers(billing, id, [ann, ben], 1n))
    await approve(billing, id, without, ann)
    await approve(billing, id, without, cem)
    const back = proposalOf(await setApprovers(billing, id, approvers, 2n))
    await approve(billing, id, back, ann)
    const proposal = proposalOf(await request(id, null))
    expect(await refusalOf(approve(billing, id, proposal, cem))).toMatch(/no approver of vault \d+ any more/)
    await claimSeat(billing, id, cem)
    await approve(billing, id, proposal, cem)
  })

  test.each<[string, string[], bigint, RegExp]>([
    ['fewer than required', ['Ann'], 2n, /The approvals required are 1 to the number of approvers/],
    ['with none required', ['Ann'], 0n, /The approvals required are 1 to the number of approvers/],
    ['named twice', ['Ann', 'Ann'], 1n, /is named twice/],
    ['more than 16', Array.from({ length: 17 }, () => 'Ann'), 1n, /A vault has 1 to 16 approvers/],
  ])('%s are refused', async (_, names, required, reason) => {
    const id = await openVault(billing)
    const named = await Promise.all(names.map((name) => party(name)))
    expect(await refusalOf(setApprovers(billing, id, named, required))).toMatch(reason)
  })
})
