import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Billing, openBilling, openVault, reportOf, submitOne } from '#tests/support/billing.ts'
import { attempt, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence, readTransaction } from '#tests/support/test-cadence.ts'

let billing: Billing
let vaultId: bigint
let args: string[]

beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
  vaultId = await openVault(billing, '20.00000000')
  args = [String(vaultId)]
  await submitOne(billing, { vaultId, sequence: 1n, usage: { 'gpt-4': 250_000n } })
})
afterAll(() => stopEmulator())

/** The transaction as its author would write it without any entitlement to the contracts' resources. */
function withoutEntitlements(name: string): string {
  const code = readTransaction(name)
  const stripped = code.replaceAll(/auth\((?:\w+\.\w+(?:,\s*)?)+\)\s*&/g, '&')
  expect(stripped).not.toBe(code)
  return stripped
}

describe('a reference without the entitlement does not even compile', () => {
  const address = '0x00000000000000ff'
  test.each<[string, string, readonly unknown[]]>([
    ['owner/set_automatic_payment', 'Configure', ['1', true]],
    ['owner/request_return', 'Reclaim', ['1', null]],
    ['owner/cancel_return', 'Reclaim', ['1']],
    ['owner/take_back', 'Reclaim', ['1']],
    ['owner/buy_credits_from_vault', 'Reclaim', ['1', address]],
    ['owner/set_cap', 'Configure', ['1', null]],
    ['owner/set_expiry', 'Configure', ['1', null]],
    ['owner/pause', 'Configure', ['1']],
    ['owner/resume', 'Configure', ['1']],
    ['owner/set_reminder', 'Configure', ['1', null]],
    ['owner/set_approvers', 'NameApprovers', ['1', [], '0', null]],
    ['owner/transfer', 'Transfer', ['1', address]],
    ['provider/withdraw_accrued', 'WithdrawAccrued', [['1']]],
    ['provider/request_payment', 'WithdrawAccrued', ['1', '1.0']],
    ['approver/approve', 'Approve', ['1', '1']],
    ['oracle/submit_readings', 'SubmitReading', [[], [], [], [], [], [], [], [], []]],
    ['admin/appoint_oracle', 'AppointOracle', [address, '']],
    ['admin/register_handler', 'RegisterHandler', []],
    ['admin/remove_oracle', 'AppointOracle', [address]],
    ['admin/register_provider', 'RegisterProvider', [address]],
    ['admin/remove_provider', 'RegisterProvider', [address]],
    ['admin/set_rate', 'SetRate', ['1.0', 'x']],
    ['admin/name_rate_source', 'NameRateSource', ['x']],
    ['admin/remove_rate_source', 'NameRateSource', []],
    ['admin/publish_schedule', 'PublishSchedule', ['203501', 'volume', [], [], [], [], [], []]],
  ])('%s needs %s', async (name, entitlement, values) => {
    const refusal = await attempt(billing, withoutEntitlements(name), values, billing.admin)
    expect(refusal).toMatch(new RegExp(`function requires \`${entitlement}\` authorization`))
  })
})

describe("what only the project's contracts may call is closed to everyone else", () => {
  const reading =
    'MeterReadings.Reading(vaultId: 1, period: 1, sequence: 1, models: [], tokens: [], root: "", eventCount: 1)'
  const type = 'FlareFDCTriggers.TriggerType.DefiProtocolEvent'
  const proof = 'FlareFDCTriggers.OracleSignature(r: 1, s: 1)'
  const trigger = `FlareFDCTriggers.Trigger(type: ${type}, payload: ${reading}, proof: ${proof})`
  const flow = 'FlowToken.createEmptyVault(vaultType: Type<@FlowToken.Vault>())'

  test.each<[string, string, string]>([
    ["a vault's money, in", `vault.funds.deposit(from: <- ${flow})`, 'account'],
    ["a vault's money, out", 'destroy vault.funds.pay(1.0)', 'account'],
    ["a vault's money, back", 'destroy vault.funds.refund(1.0)', 'account'],
    ['what accrues', 'vault.funds.accrue(1.0)', 'account'],
    ['debt', 'vault.funds.forgive()', 'account'],
    ['credit', 'vault.usage.lapseCredit()', 'account'],
    ["the owner's request", 'vault.controls.useReturn()', 'account'],
    ["the owner's requests", 'vault.controls.cancelRequests()', 'account'],
    ['the closing', 'vault.controls.close()', 'account'],
    ['reminders', 'vault.controls.remind(before: 1.0, after: 0.0)', 'account'],
    ['approvers', 'VaultApprovals.adopt(1, policy: nil, delaySeconds: 0)', 'account'],
    ['the end of approvals', 'VaultApprovals.end(1)', 'account'],
    ['the transfer', 'UsageBasedSubscriptions.handOver(1, to: anyone.address)', 'contract'],
    ['the directory', 'VaultDirectory.add(1, owner: anyone.address, provider: anyone.address)', 'account'],
    ['what is left of vaults', `VaultDirectory.addClosed(1, VaultDirectory.closedVault(1)!)`, 'account'],
    ['the reserve of storage', 'AccountStorage.removeVault()', 'account'],
    ['what is reckoned for a vault', 'AccountStorage.setVaultGrowth(0)', 'account'],
    ['a fund of its own', 'destroy VaultFunds.createEmpty()', 'account'],
    ['a use of its own', 'destroy VaultUsage.createEmpty()', 'account'],
    ['terms of its own', 'destroy BillingTerms.createTerms(noticeSeconds: 0)', 'account'],
    [
      'readings without a desk',
      'triggers.dispatchSigned(handlerId: "litellm-usage", triggers: [], oracle: anyone.address, key: key)',
      'account',
    ],
    [
      'a handler of its own',
      `let own <- UsageBasedSubscriptions.createLiteLLMHandler()\nown.handle(${trigger}, submitter: anyone.address)
       destroy own`,
      'account',
    ],
    [
      "a handler's refusals",
      `let own <- UsageBasedSubscriptions.createLiteLLMHandler()\nown.skip(${trigger}, reason: "")
       destroy own`,
      'account',
    ],
    [
      'a reading into a vault',
      `vault.updateUsageData(${reading}, usdPerFlow: 1.0, oracle: anyone.address, evidence: "")`,
      'contract',
    ],
    ['a deposit past the contract', `vault.deposit(from: <- ${flow})`, 'contract'],
    ['automatic payment', 'vault.processAutomaticPayment()', 'contract'],
  ])('%s', async (_, call, level) => {
    const code = readTestCadence('call_publicly').replace('CALL', call)
    const refusal = await attempt(billing, code, args, billing.customer)
    expect(refusal).toMatch(new RegExp(`cannot access \`\\w+\`: function requires \`${level}\` authorization`))
  })

  test.each([
    ['a desk', 'destroy MeterOracles.ReadingDesk(oracle: anyone.address, publicKey: [], activeFrom: 0)'],
    ['a registry of triggers', 'destroy FlareFDCTriggers.Registry()'],
    ['a registry of oracles', 'destroy MeterOracles.OracleRegistry()'],
    [
      'a vault',
      'destroy UsageBasedSubscriptions.SubscriptionVault(id: 1, customer: 0x1, provider: 0x1, serviceName: "")',
    ],
  ])('%s can not be made by anyone', async (_, call) => {
    const code = readTestCadence('call_publicly').replace('CALL', call.replace('destroy ', 'destroy <- create '))
    expect(await attempt(billing, code, args, billing.customer)).toMatch(
      /cannot create resource type outside of containing contract/,
    )
  })

  test.each([
    ['what a vault paid', 'vault.funds.paid = 0.0'],
    ['the rate', 'terms.rateMaxAgeSeconds = 0'],
    ['whether a vault is closed', 'vault.controls.closed = true'],
  ])('%s can not be assigned', async (_, call) => {
    const code = readTestCadence('call_publicly').replace('CALL', call)
    expect(await attempt(billing, code, args, billing.customer)).toMatch(/cannot assign to `\w+`/)
  })
})

test('a public reference can not be widened to an entitled one', async () => {
  const refusal = await attempt(billing, readTestCadence('widen_public_reference'), args, billing.customer)
  expect(refusal).toMatch(/not entitled/)
  expect((await reportOf(billing, vaultId)).paid).toBe(0n)
})

test("the provider's capability can not be widened to the owner's", async () => {
  await billing.chain.send('provider/withdraw_accrued', { vaultIds: [vaultId] }, billing.provider)
  const refusal = await attempt(billing, readTestCadence('widen_capability'), args, billing.provider)
  expect(refusal).toMatch(/not entitled/)
  expect((await reportOf(billing, vaultId)).status).toBe('active')
})
