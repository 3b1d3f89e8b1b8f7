import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import { nextPeriod, periodStart, previousPeriod } from '#lib/period/period.ts'
import {
  type Billing,
  openBilling,
  OPENING,
  openVault,
  PERIOD,
  type Reading,
  reportOf,
  submit,
  submitOne,
} from '#tests/support/billing.ts'
import { query, setClock, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

const NEXT = nextPeriod(PERIOD)
const LAST = previousPeriod(PERIOD)
const graceMs = 3 * 86_400_000
/** So many milliseconds from the end of the period in which the tests begin. */
const atEndOfPeriod = (ms: number) => new Date(periodStart(NEXT).getTime() + ms)

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
beforeEach(() => setClock(new Date(OPENING.getTime() + 3_600_000)))
afterAll(() => stopEmulator())

test('a reading for a month that has not begun is skipped', async () => {
  const id = await openVault(billing)
  const reading = { vaultId: id, sequence: 1n, usage: { other: 1n }, period: NEXT }
  expect(await submitOne(billing, reading)).toBe('period_in_future')
  await setClock(atEndOfPeriod(60_000))
  expect(await submitOne(billing, reading)).toMatchObject({ period: NEXT })
})

test('the last month takes readings until the grace time is over', async () => {
  const id = await openVault(billing)
  await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 1_000n } })
  await setClock(atEndOfPeriod(graceMs - 60_000))
  const late = await submitOne(billing, { vaultId: id, sequence: 2n, usage: { other: 3_000n } })
  expect(late).toMatchObject({ period: PERIOD, dueUsd: 4_000_000n })
  await setClock(atEndOfPeriod(graceMs + 60_000))
  expect(await submitOne(billing, { vaultId: id, sequence: 3n, usage: { other: 5_000n } })).toBe('period_closed')
  expect(await reportOf(billing, id)).toMatchObject({ lastSequence: 2n, chargedUsd: 6_000_000n })
})

test('a month of long ago is closed', async () => {
  const id = await openVault(billing)
  expect(await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 1n }, period: LAST })).toBe(
    'period_closed',
  )
})

test('each month starts from nothing: its price is not added to the one before', async () => {
  const id = await openVault(billing)
  await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 100_000n } })
  await setClock(atEndOfPeriod(60_000))
  const first = await submitOne(billing, { vaultId: id, sequence: 2n, usage: { other: 100_000n }, period: NEXT })
  expect(first).toMatchObject({ priceUsd: 200_000_000n, dueUsd: 200_000_000n, chargedUsdAfter: 200_000_000n })
  expect(await reportOf(billing, id)).toMatchObject({
    accrued: 400_000_000n,
    period: NEXT,
    tokens: { other: 100_000n },
  })
})

test('late usage of the last month settles after the new month has begun, and neither disturbs the other', async () => {
  const id = await openVault(billing, '100.00000000')
  await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 1_000n } })
  await setClock(atEndOfPeriod(60_000))
  await submitOne(billing, { vaultId: id, sequence: 2n, usage: { other: 7_000n }, period: NEXT })
  const late = await submitOne(billing, { vaultId: id, sequence: 3n, usage: { other: 2_000n } })
  expect(late).toMatchObject({ period: PERIOD, dueUsd: 2_000_000n, chargedUsdAfter: 4_000_000n })
  expect(await submitOne(billing, { vaultId: id, sequence: 4n, usage: { other: 6_000n }, period: NEXT })).toBe(
    'count_fell',
  )
  const more = await submitOne(billing, { vaultId: id, sequence: 5n, usage: { other: 8_000n }, period: NEXT })
  expect(more).toMatchObject({ period: NEXT, dueUsd: 2_000_000n })
  expect((await reportOf(billing, id)).accrued).toBe(20_000_000n)
})

test('a repeated reading of a closed month still does nothing', async () => {
  const id = await openVault(billing)
  const reading = { vaultId: id, sequence: 1n, usage: { other: 1_000n } }
  await submitOne(billing, reading)
  await setClock(atEndOfPeriod(graceMs + 60_000))
  expect(await submitOne(billing, reading)).toBe('duplicate')
})

test('sequence numbers rise across months', async () => {
  const id = await openVault(billing)
  await submitOne(billing, { vaultId: id, sequence: 5n, usage: { other: 1_000n } })
  await setClock(atEndOfPeriod(60_000))
  const usage = { other: 1_000n }
  expect(await submitOne(billing, { vaultId: id, sequence: 4n, usage, period: NEXT })).toBe('sequence_too_low')
  expect(await submitOne(billing, { vaultId: id, sequence: 5n, usage, period: NEXT })).toBe('sequence_reused')
})

describe('a tier', () => {
  const tierChanges = async (reading: Reading) => {
    const { events } = await submit(billing, [reading])
    return subscriptionEventsNamed('TierChanged', events).map(({ from, to }) => [from, to])
  }

  test('rises as a month is used, and falls when the next begins: each change is told once', async () => {
    const id = await openVault(billing, '100.00000000')
    const use = (sequence: bigint, other: bigint, period = PERIOD) =>
      tierChanges({ vaultId: id, sequence, usage: { other }, period })
    expect(await use(1n, 10n)).toEqual([[null, 'Starter']])
    expect(await use(2n, 100_000n)).toEqual([])
    expect(await use(3n, 100_001n)).toEqual([['Starter', 'Growth']])
    await setClock(atEndOfPeriod(60_000))
    expect(await use(4n, 10n, NEXT)).toEqual([['Growth', 'Starter']])
    expect(await use(5n, 20n, NEXT)).toEqual([])
  })

  test('of late usage is that of its own month, and no change where the next begins in the same', async () => {
    const id = await openVault(billing, '100.00000000')
    await setClock(atEndOfPeriod(60_000))
    const use = (sequence: bigint, other: bigint, period: number) =>
      tierChanges({ vaultId: id, sequence, usage: { other }, period })
    expect(await use(1n, 10n, NEXT)).toEqual([[null, 'Starter']])
    expect(await use(2n, 200_000n, PERIOD)).toEqual([[null, 'Growth']])
    expect(await use(3n, 20n, NEXT)).toEqual([])
    await setClock(new Date(periodStart(nextPeriod(NEXT)).getTime() + 60_000))
    expect(await use(4n, 10n, nextPeriod(NEXT))).toEqual([])
  })
})

test('a number that is no month has no start', async () => {
  await expect(query(billing, readTestCadence('months'), [['203013']])).rejects.toThrow(
    /Cannot tell when a period starts! 203013 is no month. Give a month as YYYYMM/,
  )
})

test('the calendar of the contract is that of UTC, for every month of 400 years', async () => {
  const months = Array.from({ length: 4_800 }, (_, i) => (2000 + Math.floor(i / 12)) * 100 + (i % 12) + 1)
  const code = readTestCadence('months')
  const answers = await query<string[][]>(billing, code, [months.map(String)])
  const expected = months.map((period) => {
    const start = periodStart(period).getTime() / 1_000
    return [String(start), String(period), String(previousPeriod(period)), String(nextPeriod(period))]
  })
  expect(answers).toEqual(expected)
})
