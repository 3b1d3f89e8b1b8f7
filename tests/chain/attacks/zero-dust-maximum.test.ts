import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Billing, openBilling, openVault, refusalOf, reportOf, submitOne } from '#tests/support/billing.ts'
import { startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

const largest = '184467440737.09551615'
const zero = '0.00000000'
const dust = '0.00000001'

describe('zero', () => {
  test('is neither deposited, taken back nor withdrawn', async () => {
    const { chain, customer, provider } = billing
    const vaultId = await openVault(billing)
    const deposit = chain.send('owner/deposit', { vaultId, amount: zero }, customer)
    expect(await refusalOf(deposit)).toMatch(/Cannot deposit 0 FLOW! Give an amount above 0/)
    const request = chain.send('owner/request_return', { vaultId, amount: zero }, customer)
    expect(await refusalOf(request)).toMatch(/Cannot take back 0 FLOW! Give an amount above 0/)
    const payment = chain.send('provider/request_payment', { vaultId, amount: zero }, provider)
    expect(await refusalOf(payment)).toMatch(/Cannot request 0 FLOW! Give an amount above 0/)
  })

  test('tokens cost nothing', async () => {
    const vaultId = await openVault(billing)
    expect(await submitOne(billing, { vaultId, sequence: 1n, usage: { other: 0n } })).toMatchObject({ flowDue: 0n })
  })
})

describe('dust', () => {
  test('is kept to the last unit', async () => {
    const { chain, customer, provider } = billing
    const vaultId = await openVault(billing, '1.00000000')
    await chain.send('owner/deposit', { vaultId, amount: dust }, customer)
    await submitOne(billing, { vaultId, sequence: 1n, usage: { other: 1n } })
    await chain.send('provider/withdraw_accrued', { vaultIds: [vaultId] }, provider)
    expect(await reportOf(billing, vaultId)).toMatchObject({
      deposits: 100_000_001n,
      paid: 2_000n,
      balance: 99_998_001n,
    })
  })
})

describe('the maximum', () => {
  test("of FLOW is nobody's to deposit", async () => {
    const args = { provider: billing.provider.address, serviceName: 'LLM API', deposit: largest }
    const opening = billing.chain.send('owner/create_subscription', args, billing.customer)
    expect(await refusalOf(opening)).toMatch(/Cannot open a vault! The account holds \d+/)
  })

  test('as a cap, or to be reminded at, is taken as it is; asked back it is refused', async () => {
    const { chain, customer } = billing
    const vaultId = await openVault(billing)
    await chain.send('owner/set_cap', { vaultId, capUsd: largest }, customer)
    await chain.send('owner/set_reminder', { vaultId, below: largest }, customer)
    const request = chain.send('owner/request_return', { vaultId, amount: largest }, customer)
    expect(await refusalOf(request)).toMatch(/Cannot take back 184467440737.09551615 FLOW! Of the 10.00000000 FLOW/)
    const { capUsd, pendingCap, reminderBelow, pendingReturn } = await reportOf(billing, vaultId)
    expect(capUsd ?? pendingCap?.limit).toBe(2n ** 64n - 1n)
    expect([reminderBelow, pendingReturn]).toEqual([2n ** 64n - 1n, null])
  })

  test('of tokens is priced as far as the chain can, and refused beyond', async () => {
    const vaultId = await openVault(billing, '1.00000000')
    const most = 2n ** 64n - 1n
    expect(await submitOne(billing, { vaultId, sequence: 1n, usage: { 'gpt-4': most } })).toBe('out_of_range')
    expect(await submitOne(billing, { vaultId, sequence: 2n, usage: { 'llama-3': most / 1_000n } })).toMatchObject({
      accruedAfter: 100_000_000n,
    })
    const { balance, accrued, uncovered } = await reportOf(billing, vaultId)
    expect(balance).toBe(accrued)
    expect(uncovered).toBeGreaterThan(0n)
  })
})
