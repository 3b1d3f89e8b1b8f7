import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Billing, openBilling } from '#tests/support/billing.ts'
import { attempt, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

const used = async () => (await billing.chain.script('get_storage', { address: billing.admin.address })).used

test.each([
  ['of 1 MB in the arguments', 1_000_000, 0, /The service name is empty or longer than 128 bytes. Choose another name/],
  ['of 10 MB, grown within the transaction', 10, 20, /computation exceeds limit/],
])('a name %s opens no vault and takes no storage', async (_, length, doublings, reason) => {
  const before = await used()
  const args = ['1', billing.provider.address, 'x'.repeat(length), String(doublings), '1.0']
  expect(await attempt(billing, readTestCadence('open_many'), args, billing.customer)).toMatch(reason)
  expect(await used()).toBe(before)
})

test('one of 10 MB in the arguments is refused before it is executed', async () => {
  const args = { provider: billing.provider.address, serviceName: 'x'.repeat(10_000_000), deposit: '1.00000000' }
  await expect(billing.chain.send('owner/create_subscription', args, billing.customer)).rejects.toMatchObject({
    internal: expect.stringMatching(/request body too large/),
  })
})
