import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Billing, openBilling, openVault, PERIOD, refusalOf, submitOne } from '#tests/support/billing.ts'
import { DAY, deploy, party, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'

const noticeSeconds = 30n * DAY
let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling({ admin: 'Patient admin' })
})
afterAll(() => stopEmulator())

const dear = {
  mode: 'volume',
  tierNames: ['Dear'],
  tierUpTo: [null],
  tierUsdPer1K: ['1000.00000000'],
  tierDiscountBps: [0n],
  multiplierParts: [[]],
  multiplierBps: [10_000n],
}

test('the admin raises no price of the running period', async () => {
  const publish = billing.chain.send('admin/publish_schedule', { effectiveFrom: PERIOD, ...dear }, billing.admin)
  expect(await refusalOf(publish)).toMatch(/Period 203006 starts before the notice time of 0 seconds is over/)
  const vaultId = await openVault(billing)
  const settled = await submitOne(billing, { vaultId, sequence: 1n, usage: { other: 1_000n } })
  expect(settled).toMatchObject({ dueUsd: 2_000_000n, scheduleVersion: 1n })
})

test('nor of a period that begins within the notice time, and moves no rate beyond the jump', async () => {
  const { chain, admin } = await openBilling({ admin: 'Noticed admin' })
  const rate = chain.send('admin/set_rate', { usdPerFlow: '0.00000001', source: 'fixed' }, admin)
  expect(await refusalOf(rate)).toMatch(/It moves by more than a factor of 2.00000000 within 86400 seconds/)
  const slow = await deploy('Slow admin', { noticeSeconds })
  const publish = slow.chain.send('admin/publish_schedule', { effectiveFrom: PERIOD + 1, ...dear }, slow.admin)
  expect(await refusalOf(publish)).toMatch(/starts before the notice time of 2592000 seconds is over/)
  const { address } = await party('Fresh provider')
  await slow.chain.send('admin/register_provider', { address }, slow.admin)
  expect(await slow.chain.script('get_providers', {})).toEqual([])
})
