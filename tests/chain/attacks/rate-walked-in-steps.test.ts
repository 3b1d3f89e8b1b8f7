import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Billing, openBilling, refusalOf } from '#tests/support/billing.ts'
import { attempt, setClock, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

beforeAll(() => startEmulator())
afterAll(() => stopEmulator())

const beyond = /It moves by more than a factor of 2.00000000 within 86400 seconds. Check it, or wait/
const at = (time: string) => setClock(new Date(`2030-06-${time}Z`))
const setRate = ({ chain, admin }: Billing, usdPerFlow: string) =>
  chain.send('admin/set_rate', { usdPerFlow, source: 'fixed' }, admin)
const rateOf = async ({ chain }: Billing) => (await chain.script('get_settings', {})).rate?.usdPerFlow

test('the admin moves the rate in one block no further by many steps than by one', async () => {
  const billing = await openBilling({ admin: 'Walking admin' })
  const walk = (steps: string[]) => attempt(billing, readTestCadence('walk_rate'), [steps], billing.admin)
  expect(await walk(['0.75', '0.50', '0.25'])).toMatch(beyond)
  expect(await walk(['1.5', '0.75', '1.0'])).toBeNull()
  expect(await walk(['0.75', '0.74999999'])).toMatch(beyond)
  expect(await rateOf(billing)).toBe(100_000_000n)
})

test('nor in transactions one after the other', async () => {
  const billing = await openBilling({ admin: 'Patient admin' })
  for (const rate of ['0.80000000', '0.60000000', '0.50000000']) await setRate(billing, rate)
  expect(await refusalOf(setRate(billing, '0.49999999'))).toMatch(beyond)
  expect(await refusalOf(setRate(billing, '1.00000001'))).toMatch(beyond)
})

test('nor around the end of a window', async () => {
  const billing = await openBilling({ admin: 'Midnight admin' })
  await at('20T23:59:00')
  await setRate(billing, '2.00000000')
  await at('21T00:01:00')
  expect(await refusalOf(setRate(billing, '2.00000001'))).toMatch(beyond)
  await at('21T23:59:00')
  expect(await refusalOf(setRate(billing, '4.00000000'))).toMatch(beyond)
  await at('22T00:01:00')
  await setRate(billing, '4.00000000')
  expect(await refusalOf(setRate(billing, '8.00000000'))).toMatch(beyond)
})

test('nor by naming another source, or the same anew', async () => {
  const billing = await openBilling({ admin: 'Renaming admin' })
  const { chain, admin } = billing
  await chain.send('admin/remove_rate_source', {}, admin)
  await chain.send('admin/name_rate_source', { source: 'mine' }, admin)
  const first = chain.send('admin/set_rate', { usdPerFlow: '0.01000000', source: 'mine' }, admin)
  expect(await refusalOf(first)).toMatch(beyond)
})
