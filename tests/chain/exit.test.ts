import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import {
  appoint,
  type Billing,
  flowOf,
  openBilling,
  OPENING,
  openVault,
  refusalOf,
  reportOf,
  submitOne,
} from '#tests/support/billing.ts'
import { setClock, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'

/** The contracts are deployed with a settle delay of an hour. */
const hourMs = 3_600_000
const opened = OPENING.getTime() + hourMs

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
beforeEach(() => setClock(new Date(opened)))
afterAll(() => stopEmulator())

const request = (vaultId: bigint, amount: string | null) =>
  billing.chain.send('owner/request_return', { vaultId, amount }, billing.customer)
const takeBack = (vaultId: bigint) => billing.chain.send('owner/take_back', { vaultId }, billing.customer)
const letTheDelayPass = () => setClock(new Date(opened + hourMs + 60_000))

describe('taking FLOW back', () => {
  test('acts after the settle delay, not before', async () => {
    const id = await openVault(billing)
    await request(id, '4.00000000')
    expect(await refusalOf(takeBack(id))).toMatch(/Cannot take back FLOW yet! It may be taken at \d+/)
    await letTheDelayPass()
    const before = await flowOf(billing, billing.customer)
    await takeBack(id)
    expect((await flowOf(billing, billing.customer)) - before).toBe(400_000_000n)
    expect(await reportOf(billing, id)).toMatchObject({
      balance: 600_000_000n,
      refunded: 400_000_000n,
      status: 'active',
    })
  })

  test('works once per request', async () => {
    const id = await openVault(billing)
    await request(id, '4.00000000')
    await letTheDelayPass()
    await takeBack(id)
    expect(await refusalOf(takeBack(id))).toMatch(/Nothing was requested/)
  })

  test('can be requested anew, which starts the delay again', async () => {
    const id = await openVault(billing)
    await request(id, '4.00000000')
    await setClock(new Date(opened + hourMs / 2))
    await request(id, '5.00000000')
    await letTheDelayPass()
    expect(await refusalOf(takeBack(id))).toMatch(/Cannot take back FLOW yet/)
  })

  test('can be cancelled', async () => {
    const id = await openVault(billing)
    await request(id, null)
    expect((await reportOf(billing, id)).status).toBe('closing')
    const { events } = await billing.chain.send('owner/cancel_return', { vaultId: id }, billing.customer)
    expect(subscriptionEventsNamed('ReturnCancelled', events)).toEqual([{ id }])
    expect(await reportOf(billing, id)).toMatchObject({ status: 'active', pendingReturn: null })
    await letTheDelayPass()
    expect(await refusalOf(takeBack(id))).toMatch(/Nothing was requested/)
    const again = billing.chain.send('owner/cancel_return', { vaultId: id }, billing.customer)
    expect(await refusalOf(again)).toMatch(/Cannot cancel! Nothing was requested/)
  })

  test('of nothing is refused', async () => {
    const id = await openVault(billing)
    expect(await refusalOf(request(id, '0.00000000'))).toMatch(/Cannot take back 0 FLOW/)
  })

  test('of a part leaves the minimum deposit, or is refused at once', async () => {
    const id = await openVault(billing)
    const refused = await refusalOf(request(id, '9.00000001'))
    expect(refused).toMatch(
      /Cannot take back 9.00000001 FLOW! Of the 10.00000000 FLOW that is not owed 1.00000000 must/,
    )
    expect(refused).toMatch(/must stay, the minimum deposit. Request less, or request all and close the vault/)
    expect((await reportOf(billing, id)).pendingReturn).toBeNull()
    await request(id, '9.00000000')
    await letTheDelayPass()
    await takeBack(id)
    expect(await reportOf(billing, id)).toMatchObject({ balance: 100_000_000n, status: 'active' })
    expect(await refusalOf(request(id, '0.00000001'))).toMatch(/must stay, the minimum deposit/)
  })

  test('of a part for which use left too little is refused, and can be cancelled, made less or be all', async () => {
    const id = await openVault(billing)
    await request(id, '4.00000000')
    await submitOne(billing, { vaultId: id, sequence: 1n, usage: { 'gpt-4': 250_000n } })
    await letTheDelayPass()
    const tooLittle = /Cannot take back 4.00000000 FLOW! Of the 4.93750000 FLOW that is not owed 1.00000000 must stay/
    expect(await refusalOf(takeBack(id))).toMatch(tooLittle)
    expect((await reportOf(billing, id)).pendingReturn).toMatchObject({ amount: 400_000_000n })
    await billing.chain.send('owner/cancel_return', { vaultId: id }, billing.customer)
    await request(id, '3.93750000')
    await request(id, null)
    await setClock(new Date(opened + 2 * hourMs + 120_000))
    await takeBack(id)
    expect(await reportOf(billing, id)).toMatchObject({ status: 'closed', refunded: 493_750_000n, balance: 0n })
  })

  test('shows what was requested and when it acts', async () => {
    const id = await openVault(billing)
    const { events } = await request(id, '4.00000000')
    const [asked] = subscriptionEventsNamed('ReturnRequested', events)
    expect(asked).toMatchObject({ id, amount: 400_000_000n })
    const shown = { amount: 400_000_000n, actsAt: asked?.actsAt, proposal: null }
    expect((await reportOf(billing, id)).pendingReturn).toEqual(shown)
  })
})

describe('closing', () => {
  test('pays the provider what accrued, returns the rest, and drops credit', async () => {
    const id = await openVault(billing, '20.00000000')
    await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 1_000_000n } })
    await submitOne(billing, { vaultId: id, sequence: 2n, usage: { other: 1_000_001n } })
    await request(id, null)
    await letTheDelayPass()
    const before = await flowOf(billing, billing.provider)
    const { events } = await takeBack(id)
    expect((await flowOf(billing, billing.provider)) - before).toBe(1_350_000_000n)
    const closed = subscriptionEventsNamed('VaultClosed', events)
    expect(closed).toEqual([{ id, creditUsdLapsed: 549_999_200n, uncoveredLapsed: 0n, balanceAfter: 0n }])
    const after = { status: 'closed', balance: 0n, paid: 1_350_000_000n, refunded: 650_000_000n, creditUsd: 0n }
    expect(await reportOf(billing, id)).toMatchObject(after)
  })

  test('works for a vault that use brought below the minimum deposit', async () => {
    const id = await openVault(billing, '1.00000000')
    await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 25_000n } })
    expect(await refusalOf(request(id, '0.10000000'))).toMatch(/Of the 0.50000000 FLOW that is not owed/)
    await request(id, null)
    await letTheDelayPass()
    await takeBack(id)
    expect(await reportOf(billing, id)).toMatchObject({ status: 'closed', refunded: 50_000_000n, balance: 0n })
  })

  test('drops debt: payment is guaranteed up to the balance only', async () => {
    const id = await openVault(billing, '1.00000000')
    await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 100_000n } })
    await request(id, null)
    await letTheDelayPass()
    await takeBack(id)
    expect(await reportOf(billing, id)).toMatchObject({ paid: 100_000_000n, refunded: 0n, uncovered: 0n })
  })

  test('keeps what accrued for a provider who has nowhere to receive FLOW', async () => {
    const id = await openVault(billing, '10.00000000', { provider: '0x00000000000000ff' })
    await submitOne(billing, { vaultId: id, sequence: 1n, usage: { 'gpt-4': 250_000n } })
    await request(id, null)
    await letTheDelayPass()
    await takeBack(id)
    const after = { status: 'closed', balance: 506_250_000n, accrued: 506_250_000n, refunded: 493_750_000n }
    expect(await reportOf(billing, id)).toMatchObject(after)
  })

  test('needs nobody: it works when the oracle is gone', async () => {
    const id = await openVault(billing)
    await request(id, null)
    await billing.chain.send('admin/remove_oracle', { address: billing.oracle.address }, billing.admin)
    await letTheDelayPass()
    await takeBack(id)
    // Well before the tests that follow: their clock is set back, perhaps to the second before this one.
    await setClock(OPENING)
    await appoint(billing, billing.oracle)
    expect((await reportOf(billing, id)).refunded).toBe(1_000_000_000n)
  })

  test('ends readings, deposits and requests', async () => {
    const id = await openVault(billing)
    await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 1n } })
    await request(id, null)
    await letTheDelayPass()
    await takeBack(id)
    expect(await submitOne(billing, { vaultId: id, sequence: 2n, usage: { other: 2n } })).toBe('vault_closed')
    const deposit = billing.chain.send('owner/deposit', { vaultId: id, amount: '1.00000000' }, billing.customer)
    expect(await refusalOf(deposit)).toMatch(/Vault \d+ is closed. Open another one/)
    expect(await refusalOf(request(id, '1.00000000'))).toMatch(/Vault \d+ is closed/)
  })
})
