import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApprovedVault } from '#tests/support/approved-vault.ts'
import { type Billing, openBilling, OPENING, openVault, reportOf, submit, submitOne } from '#tests/support/billing.ts'
import {
  attempt,
  deployTestContract,
  party,
  setClock,
  startEmulator,
  stopEmulator,
} from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

beforeAll(() => startEmulator())
afterAll(() => stopEmulator())

/** Deploys the contracts with a piece of one cut out or replaced; fails when the piece is not there exactly once. */
async function withBug(contracts: string, pieces: ReadonlyArray<[RegExp, string]>): Promise<Billing> {
  let replaced = 0
  const change = (name: string, code: string): string => {
    if (!contracts.split(' ').includes(name)) return code
    return pieces.reduce((text, [piece, by]) => {
      const parts = text.split(piece)
      replaced += parts.length - 1
      return parts.join(by)
    }, code)
  }
  const billing = await openBilling({ admin: `Admin of a bug in ${contracts} ${pieces.length}`, change })
  expect(replaced).toBe(pieces.length)
  return billing
}

async function repeatedReadingDoesNothing(billing: Billing): Promise<boolean> {
  const vaultId = await openVault(billing)
  const reading = { vaultId, sequence: 1n, usage: { 'gpt-4': 250_000n } }
  await submitOne(billing, reading)
  const once = await reportOf(billing, vaultId)
  const outcome = await submitOne(billing, reading)
  expect(await reportOf(billing, vaultId)).toEqual(once)
  return outcome === 'duplicate'
}

async function oldReadingIsRefused(billing: Billing): Promise<boolean> {
  const vaultId = await openVault(billing)
  await submitOne(billing, { vaultId, sequence: 5n, usage: { 'gpt-4': 100n } })
  await submitOne(billing, { vaultId, sequence: 4n, usage: { 'gpt-4': 200n } })
  return (await reportOf(billing, vaultId)).lastSequence === 5n
}

async function failingReceiverUndoesNothing(billing: Billing): Promise<boolean> {
  const provider = await party('Hostile provider')
  const vaultId = await openVault(billing, '10.00000000', { provider: provider.address })
  await billing.chain.send('owner/set_automatic_payment', { vaultId, enabled: true }, billing.customer)
  return submit(billing, [{ vaultId, sequence: 1n, usage: { 'gpt-4': 250_000n } }]).then(
    ({ settled }) => settled.length === 1,
    () => false,
  )
}

/** Whether what was used before the cap was lowered is charged. */
async function lowerCapWaits(billing: Billing): Promise<boolean> {
  const vaultId = await openVault(billing)
  await billing.chain.send('owner/set_cap', { vaultId, capUsd: '0.00000000' }, billing.customer)
  await submitOne(billing, { vaultId, sequence: 1n, usage: { 'gpt-4': 250_000n } })
  return (await reportOf(billing, vaultId)).accrued === 506_250_000n
}

/** Whether a third of three payments that together pass the threshold is refused. */
async function piecesAddUp(billing: Billing): Promise<boolean> {
  const { id } = await openApprovedVault(billing, { threshold: '1.00000000' })
  await setClock(new Date(OPENING.getTime() + 3_700_000))
  await submitOne(billing, { vaultId: id, sequence: 1n, usage: { 'gpt-4': 250_000n } })
  const outcomes: Array<string | null> = []
  for (const piece of ['0.4', '0.4', '0.4']) {
    outcomes.push(await attempt(billing, readTestCadence('withdraw_amount'), [String(id), piece], billing.provider))
  }
  expect(outcomes.slice(0, 2)).toEqual([null, null])
  return outcomes[2] !== null
}

async function installHostileReceiver(billing: Billing): Promise<void> {
  const hostile = await deployTestContract(billing, 'HostileReceiver', await party('Mallory'))
  const code = readTestCadence('install_hostile_receiver')
  expect(await attempt(hostile, code, [], await party('Hostile provider'))).toBeNull()
}

test('the contracts as they are pass the checks that find the planted bugs', async () => {
  const sound = await openBilling()
  await installHostileReceiver(sound)
  expect(await repeatedReadingDoesNothing(sound)).toBe(true)
  expect(await oldReadingIsRefused(sound)).toBe(true)
  expect(await failingReceiverUndoesNothing(sound)).toBe(true)
  expect(await lowerCapWaits(sound)).toBe(true)
  expect(await piecesAddUp(sound)).toBe(true)
})

test('without the delay, a cap lowered after use spares its owner, and the check sees it', async () => {
  const buggy = await withBug('DelayedLimits', [
    [/self\.value = loosens \? limit : current/, 'self.value = limit'],
    [/self\.change = loosens \? nil : [^\n]*/, 'self.change = nil'],
  ])
  expect(await lowerCapWaits(buggy)).toBe(false)
})

test('without the sum, withdrawals in pieces pass the threshold, and the check sees it', async () => {
  const buggy = await withBug('VaultApprovals', [[/self\.paidInPeriod\(\) \+ amount/, 'amount']])
  expect(await piecesAddUp(buggy)).toBe(false)
})

test('without the sequence check, repeated and old readings are taken, and the checks see it', async () => {
  const buggy = await withBug('VaultUsage FlareFDCTriggers', [
    [/post \{\n {16}result \?[\s\S]*?\n {12}\}/, 'post { true: "planted" }'],
    [/ {12}if reading\.sequence == 0 \|\| reading\.sequence < self\.lastSequence [^\n]*\n/, ''],
    [/ {12}if reading\.sequence == self\.lastSequence \{\n[\s\S]*?\n {12}\}\n/, ''],
    [/ {12}pre \{\n {16}settlement\.reading\.sequence[\s\S]*?\n {12}\}\n/, ''],
    [/ {12}post \{\n {16}self\.lastSequence[\s\S]*?\n {12}\}\n/, ''],
  ])
  expect(await repeatedReadingDoesNothing(buggy)).toBe(false)
  expect(await oldReadingIsRefused(buggy)).toBe(false)
})

test('with any receiver paid, a failing one undoes the batch, and the check sees it', async () => {
  const buggy = await withBug('UsageBasedSubscriptions', [
    [/borrow<&FlowToken\.Vault>\(\/public/, 'borrow<&{FungibleToken.Receiver}>(/public'],
  ])
  expect(await failingReceiverUndoesNothing(buggy)).toBe(false)
})
