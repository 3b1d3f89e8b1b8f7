import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatFlow } from '#lib/money/decimal.ts'
import { flow } from '#lib/money/units.ts'
import { setApprovers } from '#tests/support/approved-vault.ts'
import { type Billing, flowOf, openBilling, openVault, refusalOf, submit, submitOne } from '#tests/support/billing.ts'
import { attempt, party, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

beforeAll(() => startEmulator())
afterAll(() => stopEmulator())

const short = /Cannot open a vault! The contract's account is short of storage. Ask the admin to add FLOW to 0x/
const storage = ({ chain, admin }: Billing) => chain.script('get_storage', { address: admin.address })

/** Leaves the contracts' account so many bytes beside the reserve: a unit of FLOW pays for one byte. */
async function leaveFree(billing: Billing, bytes: bigint): Promise<void> {
  const { used, reserve } = await storage(billing)
  const away = (await flowOf(billing, billing.admin)) - used - reserve - bytes
  const args = [formatFlow(flow(away)), billing.customer.address]
  expect(await attempt(billing, readTestCadence('send_flow'), args, billing.admin)).toBeNull()
}

/** Opens vaults until that is refused; resolves to those that were opened. */
async function openUntilRefused(billing: Billing, most: number): Promise<bigint[]> {
  const opened: bigint[] = []
  const open = () =>
    openVault(billing, '1.00000000').then(
      (id) => opened.push(id),
      (error: { details?: { reason?: string } }) => error.details?.reason ?? 'failed',
    )
  for (let tried = 0; tried < most; tried += 1) {
    const outcome = await open()
    if (typeof outcome === 'number') continue
    expect(outcome).toMatch(short)
    return opened
  }
  throw new Error(`${most} vaults were opened, and none was refused.`)
}

test('a vault costs its opener a deposit, and none is opened for less', async () => {
  const billing = await openBilling({ admin: 'Admin of deposits' })
  const args = { provider: billing.provider.address, serviceName: 'LLM API', deposit: '0.00000001' }
  const opening = billing.chain.send('owner/create_subscription', args, billing.customer)
  expect(await refusalOf(opening)).toMatch(/The deposit of 0.00000001 FLOW is below the minimum. Deposit at least/)
})

test('when the account is short of storage no vault is opened, and those that exist settle on', async () => {
  const billing = await openBilling({ admin: 'Admin of a small account' })
  const vaultId = await openVault(billing)
  const { nextVault } = await storage(billing)
  await leaveFree(billing, nextVault * 2n + nextVault / 2n)
  expect((await storage(billing)).hasRoom).toBe(true)
  expect(await openUntilRefused(billing, 4)).toHaveLength(2)
  expect((await storage(billing)).hasRoom).toBe(false)
  expect(await submitOne(billing, { vaultId, sequence: 1n, usage: { 'gpt-4': 250_000n } })).toMatchObject({
    flowDue: 506_250_000n,
  })
  await billing.chain.send('provider/withdraw_accrued', { vaultIds: [vaultId] }, billing.provider)
})

test('nor are approvers named, who would take room that is kept for the vaults', async () => {
  const billing = await openBilling({ admin: 'Admin without room for approvers' })
  const vaultId = await openVault(billing)
  await leaveFree(billing, 4_000n)
  const naming = setApprovers(billing, vaultId, [await party('Ann')], 1n)
  expect(await refusalOf(naming)).toMatch(
    /Cannot set the approvers! The contract's account is short of storage. Ask the admin to add FLOW to 0x/,
  )
})

test('a vault that takes more than any before it is measured, and refused if it leaves too little', async () => {
  const billing = await openBilling({ admin: 'Admin of a full account' })
  // Nothing is known yet of what a vault takes: it is refused after it was measured.
  await leaveFree(billing, (await storage(billing)).nextVault + 1_000n)
  expect((await storage(billing)).hasRoom).toBe(true)
  const args = ['1', billing.provider.address, 'LLM API', '0', '1.0']
  const refusal = await attempt(billing, readTestCadence('open_many'), args, billing.customer)
  expect(refusal).toMatch(short)
  expect(refusal).toMatch(/post-condition failed/)
})

/** Fills an account with room for ten more vaults; resolves to whether each may then take the longest of readings. */
async function allSettle(billing: Billing, bytesPerVault: bigint): Promise<boolean> {
  await leaveFree(billing, bytesPerVault * 10n)
  const ids = await openUntilRefused(billing, 14)
  expect(ids.length).toBeGreaterThanOrEqual(9)
  const usage = Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`model${i}`.padEnd(128, 'x'), 1n]))
  const readings = ids.map((vaultId) => ({ vaultId, sequence: 1n, usage }))
  return submit(billing, readings).then(
    ({ settled }) => settled.length === ids.length,
    (error: { internal?: string }) => {
      // The account has no room for what was written.
      expect(error.internal).toMatch(/code 1103/)
      return false
    },
  )
}

test('vaults that were opened to the last can all be used to the last', async () => {
  const billing = await openBilling({ admin: 'Admin of used vaults' })
  await openVault(billing)
  expect(await allSettle(billing, (await storage(billing)).nextVault)).toBe(true)
})

test('without what is kept free for each, such use fails for storage, and the check sees it', async () => {
  const change = (name: string, code: string) =>
    name === 'AccountStorage' ? code.replaceAll(' + self.vaultGrowth', '') : code
  const billing = await openBilling({ admin: 'Admin of a bug in the reserve', change })
  await openVault(billing)
  expect(await allSettle(billing, 2_450n)).toBe(false)
})

test('opening and closing over and over takes nearly nothing, as closed vaults are archived', async () => {
  const billing = await openBilling({ admin: 'Admin of closed vaults', settleDelaySeconds: 0n })
  const { chain, customer } = billing
  const cycle = async () => {
    const vaultId = await openVault(billing, '1.00000000')
    await chain.send('owner/request_return', { vaultId, amount: null }, customer)
    await chain.send('owner/take_back', { vaultId }, customer)
    await chain.send('account/archive_vaults', { vaultIds: [vaultId] }, billing.provider)
  }
  await cycle()
  const before = await storage(billing)
  for (let cycles = 0; cycles < 6; cycles += 1) await cycle()
  const after = await storage(billing)
  expect(after.used - before.used).toBeLessThan(6n * 300n)
  expect(after.reserve).toBe(before.reserve)
})

test('a vault is emptied only by closing it, so that its FLOW opens no other while it keeps its room', async () => {
  const billing = await openBilling({ admin: 'Admin of emptied vaults', settleDelaySeconds: 0n })
  const { chain, customer } = billing
  const before = await storage(billing)
  const vaultId = await openVault(billing, '1.00000000')
  const kept = /Of the 1.00000000 FLOW that is not owed 1.00000000 must stay, the minimum deposit/
  for (const amount of ['1.00000000', '0.00000001']) {
    expect(await refusalOf(chain.send('owner/request_return', { vaultId, amount }, customer))).toMatch(kept)
    const args = [String(vaultId), amount]
    expect(await attempt(billing, readTestCadence('request_carelessly'), args, customer)).toBeNull()
    expect(await refusalOf(chain.send('owner/take_back', { vaultId }, customer))).toMatch(kept)
  }
  await chain.send('owner/request_return', { vaultId, amount: null }, customer)
  await chain.send('owner/take_back', { vaultId }, customer)
  await chain.send('account/archive_vaults', { vaultIds: [vaultId] }, billing.provider)
  expect((await storage(billing)).reserve).toBe(before.reserve)
})
