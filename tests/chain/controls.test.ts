import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import {
  type Billing,
  openBilling,
  OPENING,
  openVault,
  refusalOf,
  reportOf,
  submit,
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

const letTheDelayPass = () => setClock(new Date(opened + hourMs + 60_000))
const setCap = (vaultId: bigint, capUsd: string | null) =>
  billing.chain.send('owner/set_cap', { vaultId, capUsd }, billing.customer)
const setExpiry = (vaultId: bigint, atMs: number | null) => {
  const expiresAt = atMs === null ? null : BigInt(Math.floor(atMs / 1_000))
  return billing.chain.send('owner/set_expiry', { vaultId, expiresAt }, billing.customer)
}
/** Tokens of a plain model up to which the period was used: 2 USD at 100,000. */
const use = (vaultId: bigint, sequence: bigint, other: bigint) =>
  submitOne(billing, { vaultId, sequence, usage: { other } })
const settled = (dueUsd: bigint) => expect.objectContaining({ dueUsd })

describe('the cap', () => {
  test('limits what accrues in a period once the settle delay has passed', async () => {
    const id = await openVault(billing)
    const { events } = await setCap(id, '1.00000000')
    const [set] = subscriptionEventsNamed('CapSet', events)
    expect(await reportOf(billing, id)).toMatchObject({
      capUsd: null,
      pendingCap: { limit: 100_000_000n, actsAt: set?.actsAt },
    })
    await letTheDelayPass()
    expect(await reportOf(billing, id)).toMatchObject({ capUsd: 100_000_000n, pendingCap: null })
    expect(await use(id, 1n, 100_000n)).toEqual(settled(100_000_000n))
    expect(await use(id, 2n, 100_000n)).toEqual(settled(0n))
  })

  test('is raised and removed at once, and what was used above it falls due', async () => {
    const id = await openVault(billing)
    await setCap(id, '0.50000000')
    await letTheDelayPass()
    expect(await use(id, 1n, 100_000n)).toEqual(settled(50_000_000n))
    await setCap(id, '1.25000000')
    expect(await use(id, 2n, 100_000n)).toEqual(settled(75_000_000n))
    await setCap(id, null)
    expect(await use(id, 3n, 100_000n)).toEqual(settled(75_000_000n))
  })

  test('is lowered after the settle delay only: what accrued stays, what comes is limited', async () => {
    const id = await openVault(billing)
    await setCap(id, '2.00000000')
    await letTheDelayPass()
    await use(id, 1n, 50_000n)
    await setCap(id, '0.10000000')
    expect(await use(id, 2n, 75_000n)).toEqual(settled(50_000_000n))
    await setClock(new Date(opened + 3 * hourMs))
    expect(await use(id, 3n, 100_000n)).toEqual(settled(0n))
    expect(await reportOf(billing, id)).toMatchObject({ capUsd: 10_000_000n, accrued: 150_000_000n })
    await billing.chain.send('provider/withdraw_accrued', { vaultIds: [id] }, billing.provider)
    expect((await reportOf(billing, id)).paid).toBe(150_000_000n)
  })

  test('that was lowered is raised again before it acts', async () => {
    const id = await openVault(billing)
    await setCap(id, '0.10000000')
    await setCap(id, null)
    await letTheDelayPass()
    expect(await reportOf(billing, id)).toMatchObject({ capUsd: null, pendingCap: null })
  })

  test('of nothing stops what accrues', async () => {
    const id = await openVault(billing)
    await setCap(id, '0.00000000')
    await letTheDelayPass()
    expect(await use(id, 1n, 100_000n)).toEqual(settled(0n))
  })
})

describe('the expiry', () => {
  test('ends what accrues; what accrued before stays withdrawable', async () => {
    const id = await openVault(billing)
    const { events } = await setExpiry(id, opened + 2 * hourMs)
    expect(subscriptionEventsNamed('ExpirySet', events)).toHaveLength(1)
    expect(await use(id, 1n, 50_000n)).toEqual(settled(100_000_000n))
    await setClock(new Date(opened + 2 * hourMs + 60_000))
    expect(await use(id, 2n, 100_000n)).toEqual(settled(0n))
    await billing.chain.send('provider/withdraw_accrued', { vaultIds: [id] }, billing.provider)
    expect(await reportOf(billing, id)).toMatchObject({ accrued: 0n, paid: 100_000_000n })
  })

  test('can not be nearer than the settle delay', async () => {
    const id = await openVault(billing)
    expect(await refusalOf(setExpiry(id, opened + hourMs / 2))).toMatch(
      /Cannot shorten the expiry so far! .* Choose \d+ or later/,
    )
    await setExpiry(id, opened + 5 * hourMs)
    expect(await refusalOf(setExpiry(id, opened))).toMatch(/Cannot shorten the expiry so far/)
    await setExpiry(id, opened + 3 * hourMs)
    expect((await reportOf(billing, id)).expiresAt).toEqual(new Date(opened + 3 * hourMs))
  })

  test('lies in a year that everybody can read', async () => {
    const id = await openVault(billing)
    const latest = 253_402_300_799_000
    expect(await refusalOf(setExpiry(id, latest + 1_000))).toMatch(/It lies beyond the year 9999/)
    await setExpiry(id, latest)
    expect((await reportOf(billing, id)).expiresAt).toEqual(new Date(latest))
  })

  test('is extended and removed at once', async () => {
    const id = await openVault(billing)
    await setExpiry(id, opened + 2 * hourMs)
    await setClock(new Date(opened + 3 * hourMs))
    await setExpiry(id, opened + 4 * hourMs)
    expect(await use(id, 1n, 50_000n)).toEqual(settled(100_000_000n))
    await setExpiry(id, null)
    await setClock(new Date(opened + 5 * hourMs))
    expect(await use(id, 2n, 100_000n)).toEqual(settled(100_000_000n))
  })
})

describe('a pause', () => {
  const pause = (vaultId: bigint) => billing.chain.send('owner/pause', { vaultId }, billing.customer)
  const resume = (vaultId: bigint) => billing.chain.send('owner/resume', { vaultId }, billing.customer)

  test('acts after the settle delay and says from when', async () => {
    const id = await openVault(billing)
    const { events } = await pause(id)
    const [paused] = subscriptionEventsNamed('Paused', events)
    expect(await reportOf(billing, id)).toMatchObject({ status: 'active', pausedFrom: paused?.actsAt })
    expect(await use(id, 1n, 50_000n)).toEqual(settled(100_000_000n))
    await letTheDelayPass()
    expect((await reportOf(billing, id)).status).toBe('paused')
    expect(await use(id, 2n, 100_000n)).toEqual(settled(0n))
  })

  test('ends at once, and what was used meanwhile falls due', async () => {
    const id = await openVault(billing)
    await pause(id)
    await letTheDelayPass()
    expect(await use(id, 1n, 50_000n)).toEqual(settled(0n))
    await resume(id)
    expect((await reportOf(billing, id)).status).toBe('active')
    expect(await use(id, 2n, 50_000n)).toEqual(settled(100_000_000n))
  })

  test('is neither begun nor ended twice', async () => {
    const id = await openVault(billing)
    expect(await refusalOf(resume(id))).toMatch(/Cannot resume! The vault is not paused/)
    await pause(id)
    expect(await refusalOf(pause(id))).toMatch(/Cannot pause! The vault is paused from \d+ on/)
  })
})

describe('the reminder', () => {
  test('tells once when what is not owed falls below it', async () => {
    const id = await openVault(billing)
    await billing.chain.send('owner/set_reminder', { vaultId: id, below: '9.00000000' }, billing.customer)
    const submitTokens = async (sequence: bigint, tokens: bigint) => {
      const { events } = await submit(billing, [{ vaultId: id, sequence, usage: { other: tokens } }])
      return subscriptionEventsNamed('TopUpNeeded', events)
    }
    expect(await submitTokens(1n, 50_000n)).toEqual([])
    expect(await submitTokens(2n, 50_001n)).toEqual([{ id, free: 899_998_000n, below: 900_000_000n }])
    expect(await submitTokens(3n, 60_000n)).toEqual([])
  })

  test('tells at once, and once, when it is set above what is left', async () => {
    const id = await openVault(billing, '2.00000000')
    const set = async (below: string | null) => {
      const { events } = await billing.chain.send('owner/set_reminder', { vaultId: id, below }, billing.customer)
      return subscriptionEventsNamed('TopUpNeeded', events)
    }
    expect(await set('2.00000000')).toEqual([])
    expect(await set('5.00000000')).toEqual([{ id, free: 200_000_000n, below: 500_000_000n }])
    const { events } = await submit(billing, [{ vaultId: id, sequence: 1n, usage: { other: 1_000n } }])
    expect(subscriptionEventsNamed('TopUpNeeded', events)).toEqual([])
    expect(await set(null)).toEqual([])
  })

  test('tells when the owner takes back so much', async () => {
    const id = await openVault(billing)
    await billing.chain.send('owner/set_reminder', { vaultId: id, below: '9.00000000' }, billing.customer)
    await billing.chain.send('owner/request_return', { vaultId: id, amount: '2.00000000' }, billing.customer)
    await letTheDelayPass()
    const { events } = await billing.chain.send('owner/take_back', { vaultId: id }, billing.customer)
    expect(subscriptionEventsNamed('TopUpNeeded', events)).toHaveLength(1)
    await billing.chain.send('owner/set_reminder', { vaultId: id, below: null }, billing.customer)
    expect((await reportOf(billing, id)).reminderBelow).toBeNull()
  })
})

test('a closed vault takes no settings', async () => {
  const id = await openVault(billing)
  await billing.chain.send('owner/request_return', { vaultId: id, amount: null }, billing.customer)
  await letTheDelayPass()
  await billing.chain.send('owner/take_back', { vaultId: id }, billing.customer)
  const { chain, customer } = billing
  const closed = /Cannot change the vault! Vault \d+ is closed/
  const named = { approvers: [customer.address], required: 1, threshold: null }
  expect(await refusalOf(setCap(id, null))).toMatch(closed)
  expect(await refusalOf(setExpiry(id, null))).toMatch(closed)
  expect(await refusalOf(chain.send('owner/pause', { vaultId: id }, customer))).toMatch(closed)
  expect(await refusalOf(chain.send('owner/resume', { vaultId: id }, customer))).toMatch(closed)
  expect(await refusalOf(chain.send('owner/set_reminder', { vaultId: id, below: null }, customer))).toMatch(closed)
  expect(await refusalOf(chain.send('owner/set_approvers', { vaultId: id, ...named }, customer))).toMatch(closed)
  const automatic = chain.send('owner/set_automatic_payment', { vaultId: id, enabled: true }, customer)
  expect(await refusalOf(automatic)).toMatch(closed)
  expect((await reportOf(billing, id)).automaticPayment).toBe(false)
})
