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
    ['provider/grant_credit', 'WithdrawAccrued', ['1', '1.0', 'counted twice']],
    ['provider/renew_capability', 'WithdrawAccrued', [['1']]],
    ['approver/approve', 'Approve', ['1', '1']],
    ['oracle/submit_readings', 'SubmitReading', [[], [], [], [], [], [], [], [], []]],
    ['admin/appoint_oracle', 'AppointOracle', [address, '']],
    ['admin/register_handler', 'RegisterHandler', []],
    ['admin/remove_oracle', 'AppointOracle', [address]],
    ['admin/register_provider', 'RegisterProvider', [address]],
    ['admin/remove_provider', 'RegisterProvider', [address]],
    ['admin/set_rate', 'SetRate', ['1.0', 'x']],
    ['rate/set_rate', 'SetRate', ['1.0', 'x']],
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
  const act = 'VaultApprovals.Act(kind: "transfer", amount: nil, to: anyone.address, policy: nil)'
  const policy = 'VaultApprovals.Policy(approvers: [anyone.address], required: 1, threshold: nil)'
  const approvals = 'VaultApprovals.of(vaultId)!'
  const meter = 'MeterReadings.PeriodMeter(period: 1, scheduleVersion: 1)'
  const assessed = `vault.usage.assess(${reading}, terms: terms, graceSeconds: 0, limitUsd: nil, usdPerFlow: 1.0)`
  const flow = 'FlowToken.createEmptyVault(vaultType: Type<@FlowToken.Vault>())'

  test.each<[string, string, string]>([
    ["a vault's money, in", `vault.funds.deposit(from: <- ${flow})`, 'account'],
    ["a vault's money, out", 'destroy vault.funds.pay(1.0)', 'account'],
    ["a vault's money, back", 'destroy vault.funds.refund(1.0)', 'account'],
    ['what accrues', 'vault.funds.accrue(1.0)', 'account'],
    ['debt', 'vault.funds.forgive()', 'account'],
    ['credit', 'vault.usage.addCredit(1.0, reason: "mine")', 'account'],
    ['the end of credit', 'vault.usage.lapseCredit()', 'account'],
    ["the owner's request", 'vault.controls.useReturn()', 'account'],
    ["the owner's requests", 'vault.controls.cancelRequests()', 'account'],
    ['the closing', 'vault.controls.close()', 'account'],
    ["the reminder's amount", 'vault.controls.setReminder(1.0, free: 0.0)', 'account'],
    ['reminders', 'vault.controls.remind(before: 1.0, after: 0.0)', 'account'],
    ['approvers', 'VaultApprovals.adopt(1, policy: nil, delaySeconds: 0)', 'account'],
    ['the end of approvals', 'VaultApprovals.end(1)', 'account'],
    ['a proposal', `${approvals}.propose(${act})`, 'account'],
    ["somebody's proposal", `${approvals}.drop("transfer")`, 'account'],
    ['the approval of somebody else', `${approvals}.approve(1, by: anyone.address)`, 'contract'],
    [
      'an approval past the seats',
      `VaultApprovals.Proposal(id: 1, act: ${act}, expiresAt: 0).add(anyone.address)`,
      'contract',
    ],
    ['what was approved', `${approvals}.useUp(1)`, 'account'],
    ['the execution of a proposal', `vault.carryOut(${act})`, 'contract'],
    ['what was paid in a period', `${approvals}.count(1.0)`, 'account'],
    ['approvers past M of N', `${approvals}.adopt(${policy})`, 'contract'],
    ['a seat', 'VaultApprovals.seat(1, anyone.address)', 'contract'],
    ["somebody's seat", 'VaultApprovals.unseat(1, anyone.address)', 'contract'],
    ['the settlement of a reading', `vault.usage.settle(${assessed}.settlement!, graceSeconds: 0)`, 'account'],
    ["a month's counts", `${meter}.record(${reading}, terms.scheduleFor(1))`, 'account'],
    ['what a month was charged', `${meter}.setCharged(usd: 0.0, tier: "")`, 'account'],
    ['a limit', 'DelayedLimits.Limit().set(nil, delaySeconds: 0)', 'account'],
    ['a limit that waits', 'DelayedLimits.Limit().cancelPending()', 'account'],
    ['whose a vault is', 'vault.changeCustomer(to: anyone.address)', 'contract'],
    ['controls of its own', 'destroy VaultControls.createControls(vaultId: 1, delaySeconds: 0)', 'account'],
    ['the list of owners', 'VaultDirectory.changeOwner(1, from: 0x1, to: 0x2, provider: 0x3)', 'account'],
    ['what is reckoned for the largest vault', 'AccountStorage.addVault(bytes: 0)', 'account'],
    ['the reserve for approvals', 'AccountStorage.addApprovals()', 'account'],
    ['the reserve that approvals leave', 'AccountStorage.removeApprovals()', 'account'],
    ['the transfer', 'UsageBasedSubscriptions.handOver(1, to: anyone.address)', 'contract'],
    ["the provider's capability", 'UsageBasedSubscriptions.giveToProvider(1, anyone.address)', 'contract'],
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

  test.each([
    ['the list of approvers', `${approvals}.approvers.append(anyone.address)`],
    ['the tiers of a schedule', 'terms.scheduleFor(1).tiers.removeFirst()'],
    ['what a schedule multiplies by', 'terms.scheduleFor(1).multipliers.removeLast()'],
  ])('%s can not be changed in place', async (_, call) => {
    const code = readTestCadence('call_publicly').replace('CALL', call)
    const refusal = await attempt(billing, code, args, billing.customer)
    expect(refusal).toMatch(/cannot access `\w+`: function requires `(Insert|Remove) \| Mutate` authorization/)
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
