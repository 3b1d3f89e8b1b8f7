import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Arena, openArena, plantBug } from '#tests/support/arena.ts'
import { type Billing, openBilling, openVault, submit } from '#tests/support/billing.ts'
import { attempt, deployTestContract, party, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { chargingBugs } from '#tests/support/planted-bugs.ts'
import { rightsBugs } from '#tests/support/planted-rights-bugs.ts'
import { playActions } from '#tests/support/play-actions.ts'
import { randomActions } from '#tests/support/random-actions.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

const bugs = [...chargingBugs, ...rightsBugs]

let arena: Arena
beforeAll(async () => {
  await startEmulator({ covering: false })
  arena = await openArena('Admin of bugs')
})
afterAll(() => stopEmulator())

describe('the property of random actions holds without the bug, and finds', () => {
  test.each(bugs)('$bug', async ({ edits, actions, shows }) => {
    expect(await playActions(arena, actions)).toBeNull()
    const failure = await playActions(await plantBug(arena, edits), actions)
    expect(failure?.why).toMatch(shows)
    expect(failure?.index).toBe(actions.length - 1)
  })
})

/** At which action of which run the random ones first come upon a bug. */
async function firstFound(planted: Arena): Promise<string | null> {
  for (let seed = 1; seed <= 20; seed += 1) {
    const failure = await playActions(planted, randomActions(500, seed))
    if (failure !== null) return `action ${failure.index} of run ${seed}`
  }
  return null
}

describe.runIf(process.env['TEST_LONG'])('random actions come upon', () => {
  test.each(bugs)('$bug', async ({ bug, edits }) => {
    const found = await firstFound(await plantBug(arena, edits))
    console.log(`${bug}: ${found}`)
    expect(found).not.toBeNull()
  })
})

/** Whether a provider's receiver of FLOW that fails leaves the batch of its vault's reading alone. */
async function failingReceiverUndoesNothing(billing: Billing): Promise<boolean> {
  const provider = await party('Hostile provider')
  const vaultId = await openVault(billing, '10.00000000', { provider: provider.address })
  await billing.chain.send('owner/set_automatic_payment', { vaultId, enabled: true }, billing.customer)
  return submit(billing, [{ vaultId, sequence: 1n, usage: { 'gpt-4': 250_000n } }]).then(
    ({ settled }) => settled.length === 1,
    () => false,
  )
}

test('with any receiver paid, a failing one undoes the batch, and the check sees it', async () => {
  const sound = await openBilling()
  const hostile = await deployTestContract(sound, 'HostileReceiver', await party('Mallory'))
  const code = readTestCadence('install_hostile_receiver')
  expect(await attempt(hostile, code, [], await party('Hostile provider'))).toBeNull()
  expect(await failingReceiverUndoesNothing(sound)).toBe(true)
  const change = (_name: string, code: string) =>
    code.replace(/borrow<&FlowToken\.Vault>\(\/public/, 'borrow<&{FungibleToken.Receiver}>(/public')
  const buggy = await openBilling({ admin: 'Admin of a bug in payments', change })
  expect(await failingReceiverUndoesNothing(buggy)).toBe(false)
})
