import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import {
  type Billing,
  flowOf,
  openBilling,
  OPENING,
  openVault,
  refusalOf,
  reportOf,
  submit,
  submitOne,
} from '#tests/support/billing.ts'
import { setClock, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'

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

// 1,000,000 tokens cost 13.5, 1,000,001 cost 8.000008: the cliff of the volume mode.
const [top, cliff] = [1_000_000n, 1_000_001n]

describe('a fall in price', () => {
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

describe('credit that the provider grants', () => {
  const grant = (vaultId: bigint, usd: string, reason = 'counted twice') =>
    billing.chain.send('provider/grant_credit', { vaultId, usd, reason }, billing.provider)

  test('is told with its reason, moves no FLOW, and is used up before anything more is due', async () => {
    const id = await openVault(billing)
    await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 100_000n } })
    const { events } = await grant(id, '0.50000000')
    expect(subscriptionEventsNamed('CreditGranted', events)).toEqual([
      { id, usd: 50_000_000n, reason: 'counted twice', creditUsdAfter: 50_000_000n },
    ])
    expect(await reportOf(billing, id)).toMatchObject({ accrued: 200_000_000n, creditUsd: 50_000_000n })
    const next = await submitOne(billing, { vaultId: id, sequence: 2n, usage: { other: 200_000n } })
    expect(next).toMatchObject({ priceUsd: 270_000_000n, dueUsd: 20_000_000n, creditUsdAfter: 0n })
  })

  test('adds to what a fall in price left, and is carried into the next month', async () => {
    const id = await openVault(billing, '20.00000000')
    await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: top } })
    await submitOne(billing, { vaultId: id, sequence: 2n, usage: { other: cliff } })
    await grant(id, '1.00000000')
    expect((await reportOf(billing, id)).creditUsd).toBe(649_999_200n)
    await setClock(new Date('2030-07-10T12:00:00Z'))
    const later = { vaultId: id, sequence: 3n, period: 203_007, usage: { other: 100_000n } }
    expect(await submitOne(billing, later)).toMatchObject({ dueUsd: 0n, creditUsdAfter: 449_999_200n })
    await setClock(OPENING)
  })

  test('is of nothing, or without a reason, refused', async () => {
    const id = await openVault(billing)
    expect(await refusalOf(grant(id, '0.00000000'))).toMatch(/Cannot grant 0 USD! Give an amount above 0/)
    for (const reason of ['', 'x'.repeat(257)]) {
      expect(await refusalOf(grant(id, '1.00000000', reason))).toMatch(/The reason is empty or longer than 256 bytes/)
    }
    await grant(id, '184467440737.09551615')
    expect(await refusalOf(grant(id, '0.00000001'))).toMatch(/It would be above the largest UFix64. Give less/)
  })

  test('is for a vault that is open', async () => {
    const id = await openVault(billing)
    await billing.chain.send('owner/request_return', { vaultId: id, amount: null }, billing.customer)
    await setClock(new Date(OPENING.getTime() + 3_700_000))
    await billing.chain.send('owner/take_back', { vaultId: id }, billing.customer)
    expect(await refusalOf(grant(id, '1.00000000'))).toMatch(/Vault \d+ is closed, and nothing more is charged/)
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
