import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { approve, openApprovedVault, proposalOf, setApprovers } from '#tests/support/approved-vault.ts'
import { type Billing, flowOf, openBilling, OPENING, reportOf, submitOne } from '#tests/support/billing.ts'
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
const requestPayment = (vaultId: bigint, amount: string) =>
  billing.chain.send('provider/request_payment', { vaultId, amount }, billing.provider)
const withdraw = (vaultId: bigint) =>
  billing.chain.send('provider/withdraw_accrued', { vaultIds: [vaultId] }, billing.provider)
const withdrawAmount = (vaultId: bigint, amount: string) =>
  attempt(billing, readTestCadence('withdraw_amount'), [String(vaultId), amount], billing.provider)
const use = (vaultId: bigint, sequence: bigint, other: bigint) =>
  submitOne(billing, { vaultId, sequence, usage: { other } })
const approvalsOf = async (vaultId: bigint) => {
  const approvals = await billing.chain.script('get_approvals', { vaultId })
  if (!approvals) throw new Error(`Vault ${vaultId} needs no approval.`)
  return approvals
}

describe('payments to the provider', () => {
  test('up to the threshold in a period need no approval, above it they do', async () => {
    const { id, approvers } = await openApprovedVault(billing, { threshold: '1.00000000' })
    await letTheDelayPass()
    await use(id, 1n, 150_000n)
    const accrued = (await reportOf(billing, id)).accrued
    expect((await reportOf(billing, id)).withdrawable).toBe(100_000_000n)
    await withdraw(id)
    expect(await reportOf(billing, id)).toMatchObject({ paid: 100_000_000n, withdrawable: 0n })
    expect(await withdrawAmount(id, '0.00000001')).toMatch(
      /Cannot pay 0.00000001 FLOW! Without approval only 0.00000000 may be paid in this period/,
    )
    const proposal = proposalOf(await requestPayment(id, '0.50000000'))
    await approve(billing, id, proposal, approvers[0])
    await approve(billing, id, proposal, approvers[1])
    await withdraw(id)
    expect(await reportOf(billing, id)).toMatchObject({ paid: 150_000_000n, accrued: accrued - 150_000_000n })
  })

  test('that old approvers agreed to are no longer possible when others take their place', async () => {
    const { id, approvers } = await openApprovedVault(billing, { threshold: '1.00000000' })
    await letTheDelayPass()
    await use(id, 1n, 150_000n)
    const [ann, ben] = approvers
    const payment = proposalOf(await requestPayment(id, '0.50000000'))
    for (const approver of [ann, ben]) await approve(billing, id, payment, approver)
    expect(await approvalsOf(id)).toMatchObject({ approvedBeyond: 50_000_000n })
    const change = proposalOf(await setApprovers(billing, id, [await party('Dan')], 1n, '1.00000000'))
    for (const approver of [ann, ben]) await approve(billing, id, change, approver)
    expect(await approvalsOf(id)).toMatchObject({ approvedBeyond: 0n })
    await withdraw(id)
    expect(await reportOf(billing, id)).toMatchObject({ paid: 100_000_000n, withdrawable: 0n })
    expect(await withdrawAmount(id, '0.00000001')).toMatch(/Without approval only 0.00000000 may be paid/)
  })

  test('are possible again in the next period', async () => {
    const { id } = await openApprovedVault(billing, { threshold: '1.00000000' })
    await letTheDelayPass()
    await use(id, 1n, 150_000n)
    await withdraw(id)
    await setClock(new Date('2030-07-01T12:00:00Z'))
    expect((await reportOf(billing, id)).withdrawable).toBe(100_000_000n)
    await withdraw(id)
    expect((await reportOf(billing, id)).paid).toBe(200_000_000n)
  })

  test('that are automatic stop at the threshold, and the rest accrues', async () => {
    const { id, approvers } = await openApprovedVault(billing, { threshold: '1.00000000' })
    await billing.chain.send('owner/set_automatic_payment', { vaultId: id, enabled: true }, billing.customer)
    await letTheDelayPass()
    const before = await flowOf(billing, billing.provider)
    await use(id, 1n, 75_000n)
    expect((await flowOf(billing, billing.provider)) - before).toBe(100_000_000n)
    expect(await reportOf(billing, id)).toMatchObject({ paid: 100_000_000n, accrued: 50_000_000n })
    await use(id, 2n, 100_000n)
    expect(await reportOf(billing, id)).toMatchObject({ paid: 100_000_000n, accrued: 100_000_000n })
    const proposal = proposalOf(await requestPayment(id, '0.75000000'))
    await approve(billing, id, proposal, approvers[0])
    await approve(billing, id, proposal, approvers[1])
    expect(await reportOf(billing, id)).toMatchObject({ paid: 175_000_000n, accrued: 25_000_000n })
  })

  test('are limited only when the settle delay has passed since the owner named approvers', async () => {
    const { id } = await openApprovedVault(billing, { threshold: '0.00000000' })
    await use(id, 1n, 50_000n)
    expect(await approvalsOf(id)).toMatchObject({ threshold: null, pendingThreshold: { limit: 0n } })
    await withdraw(id)
    expect((await reportOf(billing, id)).paid).toBe(100_000_000n)
    await letTheDelayPass()
    await use(id, 2n, 100_000n)
    await withdraw(id)
    expect(await reportOf(billing, id)).toMatchObject({ paid: 100_000_000n, accrued: 100_000_000n })
  })

  test('settlement itself needs no approval', async () => {
    const { id } = await openApprovedVault(billing, { threshold: '0.00000000' })
    await letTheDelayPass()
    expect(await use(id, 1n, 50_000n)).toMatchObject({ flowDue: 100_000_000n, accruedAfter: 100_000_000n })
  })
})
