import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectContracts, resolveImports } from '#lib/flow/addresses.ts'
import { projectRoot } from '#services/local/home.ts'
import { type Billing, openBilling, openVault, reportOf, submitOne } from '#tests/support/billing.ts'
import { attempt, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTransaction } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

function sourceOf(name: string, change: (code: string) => string): string {
  const code = readFileSync(join(projectRoot, 'cadence/contracts', `${name}.cdc`), 'utf8')
  const changed = change(code)
  expect(changed).not.toBe(code)
  return resolveImports(changed, billing.chain.addresses)
}

const update = (name: string, code: string) =>
  billing.chain.send('deployment/update_contract', { name, code }, billing.admin)

test('contracts that hold vaults can be given new functions, and the vaults go on', async () => {
  const vaultId = await openVault(billing)
  await submitOne(billing, { vaultId, sequence: 1n, usage: { 'gpt-4': 200_000n } })
  const before = await reportOf(billing, vaultId)
  // The tests' clock is planted in BillingPeriod, so that one stays.
  for (const name of projectContracts('emulator').filter((each) => each !== 'BillingPeriod')) {
    const added = '\n    access(all) view fun addedByUpdate(): Int {\n        return 1\n    }\n}\n'
    await update(
      name,
      sourceOf(name, (code) => code.trimEnd().replace(/\}$/, added)),
    )
  }
  expect(await reportOf(billing, vaultId)).toEqual(before)
  const settled = await submitOne(billing, { vaultId, sequence: 2n, usage: { 'gpt-4': 250_000n } })
  expect(settled).toMatchObject({ dueUsd: 101_250_000n })
  await billing.chain.send('provider/withdraw_accrued', { vaultIds: [vaultId] }, billing.provider)
  expect((await reportOf(billing, vaultId)).paid).toBe(506_250_000n)
})

test('a vault can not be given another field: what it may need is there from the start', async () => {
  const field = 'access(all) resource SubscriptionVault {'
  const code = sourceOf('UsageBasedSubscriptions', (source) =>
    source
      .replace(field, `${field}\n        access(all) var more: UInt64`)
      .replace('            self.id = id\n', '            self.id = id\n            self.more = 0\n'),
  )
  const name = 'UsageBasedSubscriptions'
  const refusal = await attempt(billing, readTransaction('deployment/update_contract'), [name, code], billing.admin)
  expect(refusal).toMatch(/found new field `more` in `SubscriptionVault`/)
})
