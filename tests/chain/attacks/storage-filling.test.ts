import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatFlow } from '#lib/money/decimal.ts'
import { flow } from '#lib/money/units.ts'
import { type Billing, flowOf, openBilling, openVault, refusalOf, submitOne } from '#tests/support/billing.ts'
import { attempt, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

const storage = () => billing.chain.script('get_storage', { address: billing.admin.address })

/** Leaves the contracts' account so many bytes of storage: a unit of FLOW pays for one byte. */
async function leaveFree(bytes: bigint): Promise<void> {
  const { used } = await storage()
  const away = (await flowOf(billing, billing.admin)) - used - bytes
  const args = [formatFlow(flow(away)), billing.customer.address]
  expect(await attempt(billing, readTestCadence('send_flow'), args, billing.admin)).toBeNull()
}

test('a vault costs its opener a deposit, and none is opened for less', async () => {
  const args = { provider: billing.provider.address, serviceName: 'LLM API', deposit: '0.00000001' }
  const opening = billing.chain.send('owner/create_subscription', args, billing.customer)
  expect(await refusalOf(opening)).toMatch(/The deposit of 0.00000001 FLOW is below the minimum. Deposit at least/)
})

test('when the account is short of storage no vault is opened, and those that exist settle on', async () => {
  const vaultId = await openVault(billing)
  const { nextVault } = await storage()
  await leaveFree(50_000n + nextVault + nextVault / 2n)
  expect((await storage()).hasRoom).toBe(true)
  const tries = Array.from({ length: 12 }, (_, index) => index)
  const outcomes: string[] = []
  for (const _ of tries) {
    outcomes.push(
      await openVault(billing, '1.00000000').then(
        () => 'opened',
        (error: { details?: { reason?: string } }) => error.details?.reason ?? 'failed',
      ),
    )
  }
  expect(outcomes[0]).toBe('opened')
  expect(outcomes.at(-1)).toMatch(
    /Cannot open a vault! The contract's account is short of storage. Ask the admin to add FLOW to 0x/,
  )
  expect((await storage()).hasRoom).toBe(false)
  expect(await submitOne(billing, { vaultId, sequence: 1n, usage: { 'gpt-4': 250_000n } })).toMatchObject({
    flowDue: 506_250_000n,
  })
  await billing.chain.send('provider/withdraw_accrued', { vaultIds: [vaultId] }, billing.provider)
})
