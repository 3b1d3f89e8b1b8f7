import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { nextPeriod, periodStart } from '#lib/period/period.ts'
import {
  appoint,
  type Billing,
  openBilling,
  OPENING,
  openVault,
  PERIOD,
  refusalOf,
  reportOf,
  submitOne,
  toArguments,
  type Reading,
} from '#tests/support/billing.ts'
import { DAY, deploy, party, setClock, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'

const NEXT = nextPeriod(PERIOD)
const THIRD = nextPeriod(NEXT)
const opened = new Date(OPENING.getTime() + 3_600_000)

const doubled = {
  effectiveFrom: NEXT,
  mode: 'graduated',
  tierNames: ['Base', 'More'],
  tierUpTo: [1_000n, null],
  tierUsdPer1K: ['0.04000000', '0.02000000'],
  tierDiscountBps: [0n, 0n],
  multiplierParts: [['gpt-4'], []],
  multiplierBps: [20_000n, 10_000n],
}

const uneven = /Cannot publish a schedule! Its lists differ in length/

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
beforeEach(() => setClock(opened))
afterAll(() => stopEmulator())

const publish = (change: Partial<typeof doubled>) =>
  billing.chain.send('admin/publish_schedule', { ...doubled, ...change }, billing.admin)

describe('a schedule', () => {
  test('prices the periods from its own on, and leaves those before as they were', async () => {
    const id = await openVault(billing, '100.00000000')
    await publish({})
    const old = await submitOne(billing, { vaultId: id, sequence: 1n, usage: { 'gpt-4': 2_000n } })
    expect(old).toMatchObject({ scheduleVersion: 1n, priceUsd: 6_000_000n })
    await setClock(new Date(periodStart(NEXT).getTime() + 60_000))
    const late = await submitOne(billing, { vaultId: id, sequence: 2n, usage: { 'gpt-4': 4_000n } })
    expect(late).toMatchObject({ scheduleVersion: 1n, priceUsd: 12_000_000n })
    const fresh = await submitOne(billing, { vaultId: id, sequence: 3n, usage: { 'gpt-4': 2_000n }, period: NEXT })
    expect(fresh).toMatchObject({ scheduleVersion: 2n, priceUsd: 12_000_000n })
    expect(await reportOf(billing, id)).toMatchObject({ tier: 'More', scheduleVersion: 2n })
  })

  test('is previewed for any usage, in its own mode or the other, whatever the running period', async () => {
    const preview = (version: bigint, mode: string | null) => {
      const args = { version, models: ['gpt-4'], tokens: [2_000n], mode, usdPerFlow: '2.00000000' }
      return billing.chain.script('preview_price', args)
    }
    await publish({})
    const [first, second] = [1n, (await billing.chain.script('get_schedule', { period: NEXT })).version]
    expect(await preview(first, null)).toEqual({ tier: 'Starter', usd: 6_000_000n, flow: 3_000_000n })
    expect(await preview(second, null)).toEqual({ tier: 'More', usd: 12_000_000n, flow: 6_000_000n })
    expect(await preview(second, 'volume')).toEqual({ tier: 'More', usd: 8_000_000n, flow: 4_000_000n })
    expect(await preview(second, 'graduated')).toEqual(await preview(second, null))
    await expect(preview(404n, null)).rejects.toMatchObject({
      details: { reason: expect.stringMatching(/There is no schedule of version 404. Choose a published one/) },
    })
    await expect(preview(first, 'average')).rejects.toMatchObject({
      details: { reason: expect.stringMatching(/neither volume nor graduated. Choose another mode/) },
    })
  })

  test('may be replaced by another for the same period, before that begins', async () => {
    await publish({ effectiveFrom: THIRD })
    await publish({ effectiveFrom: THIRD, mode: 'volume' })
    expect((await billing.chain.script('get_schedule', { period: THIRD })).mode).toBe('volume')
  })

  test('can not go back in time', async () => {
    await publish({ effectiveFrom: THIRD })
    expect(await refusalOf(publish({ effectiveFrom: NEXT }))).toMatch(/is before the last published one's/)
  })

  test.each<[string, Partial<typeof doubled>, RegExp]>([
    ['the running period', { effectiveFrom: PERIOD }, /starts before the notice time of 0 seconds is over/],
    ['no period', { effectiveFrom: 203_013 }, /203013 is no month/],
    ['an unknown mode', { mode: 'average' }, /neither volume nor graduated/],
    [
      'a first period more than 24 months ahead',
      { effectiveFrom: 203_207 },
      /Period 203207 is more than 24 months ahead. Choose 203206 or an earlier period/,
    ],
    ['the last period that there is', { effectiveFrom: 999_912 }, /Period 999912 is more than 24 months ahead/],
    ['no tiers', { tierNames: [], tierUpTo: [], tierUsdPer1K: [], tierDiscountBps: [] }, /1 to 16 tiers/],
    ['a tier without a bound', { tierUpTo: [1_000n] }, uneven],
    ['a price too many', { tierUsdPer1K: ['0.04000000', '0.03000000', '0.02000000'] }, uneven],
    ['a discount too few', { tierDiscountBps: [0n] }, uneven],
    ['basis points too many', { multiplierBps: [20_000n, 8_000n, 10_000n] }, uneven],
    ['a multiplier without basis points', { multiplierBps: [20_000n] }, uneven],
    [
      'tiers that do not ascend',
      {
        tierNames: ['A', 'B', 'C'],
        tierUpTo: [5n, 5n, null],
        tierUsdPer1K: ['0.1', '0.1', '0.1'],
        tierDiscountBps: [0n, 0n, 0n],
      },
      /B: tiers must ascend/,
    ],
    ['a last tier that is not open', { tierUpTo: [1_000n, 2_000n] }, /More: the last tier, and only the last, is open/],
    ['an open tier before the last', { tierUpTo: [null, null] }, /Base: the last tier, and only the last, is open/],
    ['a discount above 100%', { tierDiscountBps: [0n, 10_001n] }, /More: the discount is above 100%/],
    ['a rate that rises', { tierUsdPer1K: ['0.01000000', '0.02000000'] }, /More: the price after discount rises/],
    ['a tier without a name', { tierNames: ['', 'More'] }, /A tier's name has 1 to 64 bytes/],
    ['a multiplier of 0', { multiplierBps: [0n, 10_000n] }, /A multiplier is 1 to 1000000 basis points/],
    ['a multiplier that could overflow', { multiplierBps: [1_000_001n, 10_000n] }, /A multiplier is 1 to 1000000/],
    ['no multipliers', { multiplierParts: [], multiplierBps: [] }, /A schedule has 1 to 64 multipliers/],
    ['an upper-case part', { multiplierParts: [['GPT'], []] }, /part is lower-case ASCII text/],
    ['a part beyond ASCII', { multiplierParts: [['hai\u212Au'], []] }, /part is lower-case ASCII text/],
    ['a part of accents', { multiplierParts: [['modèle'], []] }, /part is lower-case ASCII text/],
    [
      'no multiplier for other models',
      { multiplierParts: [[], ['gpt-4']] },
      /The last multiplier must match every model/,
    ],
  ])('with %s is refused', async (_, change, reason) => {
    const later = { effectiveFrom: 203_101 }
    expect(await refusalOf(publish({ ...later, ...change }))).toMatch(reason)
  })

  test('may begin 24 months ahead', async () => {
    await publish({ effectiveFrom: 203_206 })
    expect((await billing.chain.script('get_schedule', { period: 203_206 })).effectiveFrom).toBe(203_206)
  })
})

describe('with a notice time of ten days', () => {
  let noticed: Billing
  beforeAll(async () => {
    await setClock(opened)
    const deployed = await deploy('Noticed', { noticeSeconds: 10n * DAY })
    const oracle = await party('Oracle of Noticed')
    noticed = { ...deployed, oracle, provider: await party('New provider'), customer: billing.customer }
  })

  test('a schedule must begin after it', async () => {
    await setClock(new Date(periodStart(NEXT).getTime() - 9 * 86_400_000))
    const send = noticed.chain.send('admin/publish_schedule', doubled, noticed.admin)
    expect(await refusalOf(send)).toMatch(/starts before the notice time of 864000 seconds is over/)
    await noticed.chain.send('admin/publish_schedule', { ...doubled, effectiveFrom: THIRD }, noticed.admin)
  })

  test('an oracle may submit only after it', async () => {
    const { admin } = noticed
    await noticed.chain.send('admin/register_handler', {}, admin)
    await noticed.chain.send('admin/name_rate_source', { source: 'fixed' }, admin)
    await appoint(noticed, noticed.oracle)
    const id = await openVault(noticed)
    const reading = { vaultId: id, sequence: 1n, usage: { other: 1n } }
    expect(await refusalOf(submitted(reading))).toMatch(/Cannot submit readings yet! The appointment acts from \d+/)
    await setClock(new Date(opened.getTime() + 11 * 86_400_000))
    await noticed.chain.send('admin/set_rate', { usdPerFlow: '1.00000000', source: 'fixed' }, admin)
    expect(await submitOne(noticed, reading)).toMatchObject({ id })
  })

  test('a provider counts as registered only after it', async () => {
    const { provider, admin, chain } = noticed
    await chain.send('admin/register_provider', { address: provider.address }, admin)
    expect(await chain.script('get_providers', {})).toEqual([])
    await setClock(new Date(opened.getTime() + 11 * 86_400_000))
    expect(await chain.script('get_providers', {})).toEqual([provider.address])
    expect((await chain.script('get_roles', { address: provider.address })).provider).toBe(true)
  })

  async function submitted(reading: Reading) {
    return noticed.chain.send('oracle/submit_readings', await toArguments(noticed, [reading]), noticed.oracle)
  }
})
