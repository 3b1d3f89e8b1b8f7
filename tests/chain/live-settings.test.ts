import { afterAll, beforeAll, expect, test } from 'vitest'
import { nextPeriod, periodStart } from '#lib/period/period.ts'
import { deployLive, LIVE_SETTINGS } from '#services/chain/deploy-live.ts'
import { appoint, type Billing, OPENING, openVault, PERIOD, submitOne } from '#tests/support/billing.ts'
import { deploy, party, setClock, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'

const monthEnd = periodStart(nextPeriod(PERIOD)).getTime()
const noticeMs = Number(LIVE_SETTINGS.noticeSeconds) * 1_000
const at = (ms: number) => setClock(new Date(ms))
let billing: Billing

beforeAll(async () => {
  await startEmulator()
  await at(OPENING.getTime())
  const deployed = await deploy('Live admin', LIVE_SETTINGS)
  billing = {
    ...deployed,
    oracle: await party('Oracle'),
    provider: await party('Provider'),
    customer: await party('Customer'),
  }
  await deployed.chain.send('admin/register_handler', {}, deployed.admin)
  await begin()
})
afterAll(() => stopEmulator())

/** Names the rate's source and appoints the oracle: both act after the notice time. */
async function begin(): Promise<void> {
  await billing.chain.send('admin/name_rate_source', { source: 'fixed' }, billing.admin)
  await appoint(billing, billing.oracle)
}

const setRate = () => billing.chain.send('admin/set_rate', { usdPerFlow: '1.00000000', source: 'fixed' }, billing.admin)

test('oracle and source that are removed as a month ends come back in time to bill its last usage', async () => {
  const { chain, admin, oracle } = billing
  await at(OPENING.getTime() + noticeMs + 60_000)
  await setRate()
  const vaultId = await openVault(billing)
  await at(monthEnd - 3_600_000)
  await chain.send('admin/remove_oracle', { address: oracle.address }, admin)
  await chain.send('admin/remove_rate_source', {}, admin)
  // Somebody has to notice it: three days pass before the new appointment, and the notice after it.
  const noticed = monthEnd + 3 * 86_400_000
  await at(noticed)
  await begin()
  await at(noticed + noticeMs + 60_000)
  await setRate()
  const settled = await submitOne(billing, { vaultId, sequence: 1n, usage: { other: 1_000n } })
  expect(settled).toMatchObject({ period: PERIOD, dueUsd: 2_000_000n })
})

test('a grace time below the notice is refused, and nothing is deployed', async () => {
  const deployment = deployLive({
    network: 'testnet',
    accessNode: 'http://127.0.0.1:1',
    address: '0x7ee75d81c7229a61',
    privateKey: 'ab'.repeat(32),
    keyIndex: 0,
    settings: { ...LIVE_SETTINGS, graceSeconds: LIVE_SETTINGS.noticeSeconds - 1n },
  })
  await expect(deployment).rejects.toMatchObject({
    code: 'config_invalid',
    publicMessage: expect.stringMatching(/grace time of 863999 s is below the notice time of 864000 s.*Nothing was/),
  })
})
