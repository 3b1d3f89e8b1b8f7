import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

const readContract = (name: string): string =>
  readFileSync(join(projectRoot, 'cadence/contracts', `${name}.cdc`), 'utf8')

function sourceOf(name: string, change: (code: string) => string): string {
  const code = readContract(name)
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

/** A contract's name, and a change to its code. */
type Edit = readonly [contract: string, from: string, to: string]

function edited(edits: readonly Edit[]): [name: string, code: string] {
  const [name = ''] = edits[0] ?? []
  return [name, sourceOf(name, (source) => edits.reduce((text, [, from, to]) => text.replaceAll(from, to), source))]
}

const refusalOfUpdate = (name: string, code: string) =>
  attempt(billing, readTransaction('deployment/update_contract'), [name, code], billing.admin)

describe('an update may not', () => {
  test.each<[string, RegExp, readonly Edit[]]>([
    [
      'give a resource another field',
      /found new field `more` in `SubscriptionVault`/,
      [
        ['UsageBasedSubscriptions', 'resource SubscriptionVault {', '$&\n        access(all) var more: UInt64'],
        ['UsageBasedSubscriptions', '            self.id = id\n', '$&            self.more = 0\n'],
      ],
    ],
    [
      'give a struct another field',
      /found new field `more` in `PeriodMeter`/,
      [
        ['MeterReadings', 'struct PeriodMeter {', '$&\n        access(all) var more: UInt64'],
        ['MeterReadings', '            self.period = period\n            self.schedule', 'self.more = 0\n$&'],
      ],
    ],
    [
      'give a contract another field',
      /found new field `more` in `MeterReadings`/,
      [
        ['MeterReadings', '    access(self) let rootLength: Int\n', '$&    access(self) let more: Int\n'],
        ['MeterReadings', 'self.rootLength = 64', '$&\n        self.more = 1'],
      ],
    ],
    [
      "change the type of a struct's field",
      /mismatching field `hasRoom` in `Report`/,
      [['AccountStorage', 'let hasRoom: Bool\n', 'let hasRoom: Bool?\n']],
    ],
    [
      "change the type of a contract's field",
      /mismatching field `rootLength` in `MeterReadings`/,
      [['MeterReadings', 'let rootLength: Int\n', 'let rootLength: Int?\n']],
    ],
    [
      'put a type of trigger before others',
      /mismatching enum case: expected `PriceFeedUpdate`, found `Extra`/,
      [['FlareFDCTriggers', 'enum TriggerType: UInt8 {', '$&\n        access(all) case Extra']],
    ],
    [
      'put a kind of proof before others',
      /mismatching enum case: expected `OracleSignature`, found `Extra`/,
      [['FlareFDCTriggers', 'enum ProofKind: UInt8 {', '$&\n        access(all) case Extra']],
    ],
    ['remove a type', /missing structure declaration `RateRange`/, [['BillingTerms', 'RateRange', 'RateSpan']]],
  ])('%s', async (_, reason, edits) => {
    expect(await refusalOfUpdate(...edited(edits))).toMatch(reason)
  })
})

describe('an update may, once and for all,', () => {
  test.each<[string, RegExp, readonly Edit[]]>([
    [
      'append a type of trigger and a kind of proof',
      /missing cases in enum `TriggerType`: expected 6 or more, found 5/,
      [
        ['FlareFDCTriggers', 'access(all) case DefiProtocolEvent\n', '$&        access(all) case Extra\n'],
        ['FlareFDCTriggers', 'access(all) case FlareAttestation\n', '$&        access(all) case Extra\n'],
      ],
    ],
    [
      'add a type',
      /missing structure declaration `Extra`/,
      [['DelayedLimits', 'contract DelayedLimits {', '$&\n    access(all) struct Extra {}\n']],
    ],
    [
      "remove a contract's field that nothing uses any more",
      /found new field `capabilityBytes` in `AccountStorage`/,
      [
        ['AccountStorage', '    access(all) let capabilityBytes: UInt64\n', ''],
        ['AccountStorage', 'AccountStorage.capabilityBytes', '1_000'],
        ['AccountStorage', '        self.capabilityBytes = 1_000\n', ''],
      ],
    ],
  ])('%s: it is accepted, and can not be taken back', async (_, reason, edits) => {
    const vaultId = await openVault(billing)
    const [name, code] = edited(edits)
    expect(await refusalOfUpdate(name, code)).toBeNull()
    const settled = await submitOne(billing, { vaultId, sequence: 1n, usage: { other: 1_000n } })
    expect(settled).toMatchObject({ dueUsd: 2_000_000n })
    expect(await refusalOfUpdate(name, resolveImports(readContract(name), billing.chain.addresses))).toMatch(reason)
  })
})
