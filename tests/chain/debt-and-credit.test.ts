import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import { type Billing, flowOf, openBilling, openVault, reportOf, submit, submitOne } from '#tests/support/billing.ts'
import { startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

describe('a charge beyond the balance', () => {
  test('settles: what the balance covers accrues, the rest is debt, and an event tells', async () => {
    const id = await openVault(billing, '2.00000000')
    const { settled, events } = await submit(billing, [{ vaultId: id, sequence: 1n, usage: { 'gpt-4': 250_000n } }])
    expect(settled[0]).toMatchObject({
      flowDue: 506_250_000n,
      accruedAfter: 200_000_000n,
      uncoveredAfter: 306_250_000n,
    })
    const debts = subscriptionEventsNamed('DebtIncurred', events)
    expect(debts).toEqual([{ id, amount: 306_250_000n, uncoveredAfter: 306_250_000n }])
  })

  test('adds up: debt grows with each further charge', async () => {
    const id = await openVault(billing, '1.00000000')
    await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 60_000n } })
    await submitOne(billing, { vaultId: id, sequence: 2n, usage: { other: 70_000n } })
    expect(await reportOf(billing, id)).toMatchObject({ accrued: 100_000_000n, uncovered: 40_000_000n })
  })

  test('is paid first from the next deposit, at no new rate', async () => {
    const id = await openVault(billing, '1.00000000')
    await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 100_000n } })
    await billing.chain.send('admin/set_rate', { usdPerFlow: '2.00000000', source: 'fixed' }, billing.admin)
    const first = await billing.chain.send('owner/deposit', { vaultId: id, amount: '0.40000000' }, billing.customer)
    const paid = subscriptionEventsNamed('DebtPaid', first.events)
    expect(paid).toEqual([{ id, amount: 40_000_000n, accruedAfter: 140_000_000n, uncoveredAfter: 60_000_000n }])
    await billing.chain.send('owner/deposit', { vaultId: id, amount: '1.00000000' }, billing.customer)
    await billing.chain.send('admin/set_rate', { usdPerFlow: '1.00000000', source: 'fixed' }, billing.admin)
    const after = { balance: 240_000_000n, accrued: 200_000_000n, uncovered: 0n }
    expect(await reportOf(billing, id)).toMatchObject(after)
  })

  test('is paid on at once by a deposit when the vault pays automatically', async () => {
    const id = await openVault(billing, '1.00000000')
    await billing.chain.send('owner/set_automatic_payment', { vaultId: id, enabled: true }, billing.customer)
    await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 100_000n } })
    const before = await flowOf(billing, billing.provider)
    await billing.chain.send('owner/deposit', { vaultId: id, amount: '3.00000000' }, billing.customer)
    expect((await flowOf(billing, billing.provider)) - before).toBe(100_000_000n)
    const after = { balance: 200_000_000n, paid: 200_000_000n, accrued: 0n, uncovered: 0n }
    expect(await reportOf(billing, id)).toMatchObject(after)
  })
})

describe('a fall in price', () => {
  // 1,000,000 tokens cost 13.5, 1,000,001 cost 8.000008: the cliff of the volume mode.
  const [top, cliff] = [1_000_000n, 1_000_001n]

  test('becomes credit in USD: nothing is taken from the provider', async () => {
    const id = await openVault(billing, '20.00000000')
    await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: top } })
    const fallen = await submitOne(billing, { vaultId: id, sequence: 2n, usage: { other: cliff } })
    expect(fallen).toMatchObject({
      priceUsd: 800_000_800n,
      dueUsd: 0n,
      flowDue: 0n,
      chargedUsdAfter: 800_000_800n,
      creditUsdAfter: 549_999_200n,
      accruedAfter: 1_350_000_000n,
    })
  })

  test('is used up before anything more is due', async () => {
    const id = await openVault(billing, '20.00000000')
    await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: top } })
    await submitOne(billing, { vaultId: id, sequence: 2n, usage: { other: cliff } })
    const within = await submitOne(billing, { vaultId: id, sequence: 3n, usage: { other: 1_600_000n } })
    expect(within).toMatchObject({ priceUsd: 1_280_000_000n, dueUsd: 0n, creditUsdAfter: 70_000_000n })
    const beyond = await submitOne(billing, { vaultId: id, sequence: 4n, usage: { other: 1_700_000n } })
    expect(beyond).toMatchObject({ priceUsd: 1_360_000_000n, dueUsd: 10_000_000n, creditUsdAfter: 0n })
    expect((await reportOf(billing, id)).accrued).toBe(1_360_000_000n)
  })

  test('leaves the debt as it is: FLOW that was charged is not charged back', async () => {
    const id = await openVault(billing, '1.00000000')
    await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: top } })
    await submitOne(billing, { vaultId: id, sequence: 2n, usage: { other: cliff } })
    expect(await reportOf(billing, id)).toMatchObject({ uncovered: 1_250_000_000n, creditUsd: 549_999_200n })
  })
})

describe('a charge becomes FLOW', () => {
  test('once, at the rate of its settlement, with the remainder dropped', async () => {
    const id = await openVault(billing)
    await billing.chain.send('admin/set_rate', { usdPerFlow: '1.50000000', source: 'fixed' }, billing.admin)
    const first = await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 1_000n } })
    expect(first).toMatchObject({ dueUsd: 2_000_000n, flowDue: 1_333_333n, usdPerFlow: 150_000_000n })
    await billing.chain.send('admin/set_rate', { usdPerFlow: '1.10000000', source: 'fixed' }, billing.admin)
    const second = await submitOne(billing, { vaultId: id, sequence: 2n, usage: { other: 2_000n } })
    await billing.chain.send('admin/set_rate', { usdPerFlow: '1.00000000', source: 'fixed' }, billing.admin)
    expect(second).toMatchObject({ dueUsd: 2_000_000n, flowDue: 1_818_181n })
    expect((await reportOf(billing, id)).accrued).toBe(1_333_333n + 1_818_181n)
  })
})
