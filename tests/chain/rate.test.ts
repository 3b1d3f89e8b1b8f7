import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  appoint,
  type Billing,
  fixRate,
  openBilling,
  OPENING,
  openVault,
  refusalOf,
  submitOne,
} from '#tests/support/billing.ts'
import { DAY, deploy, party, setClock, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'

const opened = new Date(OPENING.getTime() + 3_600_000)
const after = (seconds: number) => setClock(new Date(opened.getTime() + seconds * 1_000))

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
beforeEach(() => setClock(opened))
afterAll(() => stopEmulator())

const nameSource = (source: string, { chain, admin } = billing) =>
  chain.send('admin/name_rate_source', { source }, admin)
const setRate = (usdPerFlow: string, source: string, { chain, admin } = billing) =>
  chain.send('admin/set_rate', { usdPerFlow, source }, admin)
const settings = ({ chain } = billing) => chain.script('get_settings', {})

describe('the rate', () => {
  test('that is older than the limit settles nothing; readings wait for a fresh one', async () => {
    const id = await openVault(billing)
    await nameSource('test')
    await setRate('1.00000000', 'test')
    await after(3_590)
    const reading = { vaultId: id, sequence: 1n, usage: { other: 1_000n } }
    expect(await submitOne(billing, reading)).toMatchObject({ id })
    await after(3_700)
    expect(await submitOne(billing, { ...reading, sequence: 2n })).toBe('rate_stale')
    await setRate('1.00000000', 'test')
    expect(await submitOne(billing, { ...reading, sequence: 2n })).toMatchObject({ id })
    await after(0)
    await fixRate(billing)
  })

  test('that is fixed does not age', async () => {
    const id = await openVault(billing)
    await after(86_400)
    expect(await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 1n } })).toMatchObject({ id })
  })

  test('that was fixed ages as soon as rates come from elsewhere', async () => {
    const id = await openVault(billing)
    await fixRate(billing)
    await after(7_200)
    await nameSource('test')
    expect(await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 1n } })).toBe('rate_stale')
    await after(0)
    await fixRate(billing)
  })

  test.each([
    ['0', '0.00000000', 'fixed', /It is 0/],
    [
      'more than twice the last',
      '2.00000001',
      'fixed',
      /moves by more than a factor of 2.00000000 within 86400 seconds/,
    ],
    ['less than half the last', '0.49999999', 'fixed', /moves by more than a factor of 2.00000000/],
    ['the largest UFix64', '184467440737.09551615', 'fixed', /moves by more than a factor/],
    ['one of another source', '1.00000000', 'mine', /It is taken from fixed now, not from mine. Name the source/],
  ])('can not be set to %s', async (_, usdPerFlow, source, reason) => {
    expect(await refusalOf(setRate(usdPerFlow, source))).toMatch(reason)
  })

  test('moves on in the windows that follow', async () => {
    const moved = await openBilling({ admin: 'Moved admin' })
    await setRate('2.00000000', 'fixed', moved)
    await after(2 * 86_400)
    await setRate('4.00000000', 'fixed', moved)
    await setRate('2.00000000', 'fixed', moved)
    expect((await settings(moved)).rate?.usdPerFlow).toBe(200_000_000n)
  })

  test('is missing in a fresh deployment, and readings wait', async () => {
    const bare = await deploy('Bare')
    const oracle = await party('Oracle of Bare')
    await bare.chain.send('admin/register_handler', {}, bare.admin)
    await appoint(bare, oracle)
    const fresh = { ...bare, oracle, provider: billing.provider, customer: billing.customer }
    const id = await openVault(fresh)
    expect(await settings(fresh)).toMatchObject({ rate: null, sourceInForce: null, sourceToCome: null })
    expect(await refusalOf(setRate('1.00000000', 'fixed', fresh))).toMatch(/It is taken from no source now/)
    expect(await submitOne(fresh, { vaultId: id, sequence: 1n, usage: { other: 1n } })).toBe('rate_missing')
  })
})

describe('the source of the rate', () => {
  test.each([
    ['without a name', ''],
    ['with a name of 65 bytes', 'x'.repeat(65)],
  ])('%s is refused', async (_, source) => {
    expect(await refusalOf(nameSource(source))).toMatch(/Its name is empty or longer than 64 bytes/)
  })

  test('counts from the notice time on, and the one before it until then', async () => {
    const slow = await openSlowly('Slow admin')
    await nameSource('second', slow)
    expect(await settings(slow)).toMatchObject({ sourceInForce: { name: 'fixed' }, sourceToCome: { name: 'second' } })
    await setRate('1.10000000', 'fixed', slow)
    await after(23 * 86_400)
    expect(await settings(slow)).toMatchObject({ sourceInForce: { name: 'second' }, sourceToCome: null })
    await setRate('1.20000000', 'second', slow)
    expect((await settings(slow)).rate).toMatchObject({ source: 'second', usdPerFlow: 120_000_000n })
  })

  test('that waits gives way to another, whose notice time begins anew', async () => {
    const slow = await openSlowly('Wavering admin')
    await nameSource('second', slow)
    await after(20 * 86_400)
    await nameSource('third', slow)
    await after(23 * 86_400)
    expect(await settings(slow)).toMatchObject({ sourceInForce: { name: 'fixed' }, sourceToCome: { name: 'third' } })
    await after(31 * 86_400)
    expect(await settings(slow)).toMatchObject({ sourceInForce: { name: 'third' } })
  })

  test('is removed at once, and readings wait until another one counts and gave a rate', async () => {
    const shut = await openBilling({ admin: 'Shutting admin' })
    const id = await openVault(shut)
    const reading = { vaultId: id, sequence: 1n, usage: { other: 1n } }
    await shut.chain.send('admin/remove_rate_source', {}, shut.admin)
    expect(await submitOne(shut, reading)).toBe('rate_missing')
    await nameSource('second', shut)
    await setRate('1.00000000', 'second', shut)
    expect(await submitOne(shut, reading)).toMatchObject({ id })
  })
})

/** Deploys with a notice time of ten days, after which the fixed rate was set. The clock is eleven days on. */
async function openSlowly(name: string) {
  const { provider, customer, oracle } = billing
  const deployed = { ...(await deploy(name, { noticeSeconds: 10n * DAY })), provider, customer, oracle }
  await nameSource('fixed', deployed)
  await after(11 * 86_400)
  await setRate('1.00000000', 'fixed', deployed)
  return deployed
}
