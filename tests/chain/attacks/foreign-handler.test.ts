import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Signer } from '#services/clients/flow/index.ts'
import {
  appoint,
  submit,
  type Billing,
  domainOf,
  openBilling,
  openVault,
  PERIOD,
  reportOf,
  toSignable,
} from '#tests/support/billing.ts'
import {
  attempt,
  deploy,
  type Deployed,
  deployTestContract,
  party,
  query,
  startEmulator,
  stopEmulator,
} from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'
import { readingBytes } from '#lib/settlement/reading-message.ts'

let billing: Billing
let foreign: Deployed
let mallory: Signer
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
  mallory = await party('Mallory')
  foreign = await deployTestContract(billing, 'ForeignTriggers', mallory)
})
afterAll(() => stopEmulator())

/** Runs one call by a stranger on what the registry shows to everyone; null when it went through. */
const tryTo = (call: string, vaultId: bigint, signature: readonly bigint[] = [1n, 1n]) =>
  attempt(
    foreign,
    readTestCadence('use_registry').replace('CALL', call),
    [vaultId, PERIOD, ...signature].map(String),
    mallory,
  )

const handlerIds = () => billing.chain.script('get_handlers', {})

test('a handler can not be registered by a stranger', async () => {
  const call =
    'registry.registerHandler(handlerId: "mine", handler: <- ForeignTriggers.createHandler(), triggerTypes: [type])'
  expect(await tryTo(call, 1n)).toMatch(/function requires `RegisterHandler` authorization/)
  expect(await handlerIds()).toEqual(['litellm-usage'])
})

test('the public reference to the registry can not be widened into the right to register', async () => {
  const call = 'registry as! auth(FlareFDCTriggers.RegisterHandler) &FlareFDCTriggers.Registry'
  expect(await tryTo(call, 1n)).toMatch(
    /failed to force-cast value: expected type `auth\(FlareFDCTriggers\.RegisterHandler\)/,
  )
})

test.each([
  ['a proof that believes itself', 'ForeignTriggers.CredulousProof()', 'proof_unknown'],
  ["a proof that calls itself an oracle's and believes itself", 'ForeignTriggers.PosingProof()', 'proof_unknown'],
  [
    "an attestation, as long as no policy of Flare's is known",
    'FlareFDCTriggers.FlareAttestation(votingRound: 1, leaf: [], path: [])',
    'attestation_unsupported',
  ],
])('a stranger reaches no vault by %s', async (_, proof, reason) => {
  const vaultId = await openVault(billing)
  expect(await tryTo(`dispatch(registry, "litellm-usage", trigger(type, reading, ${proof}))`, vaultId)).toBeNull()
  expect(await lastRefusal()).toBe(reason)
  expect(await reportOf(billing, vaultId)).toMatchObject({ accrued: 0n, lastSequence: 0n })
})

test("a stranger reaches no vault by the oracle's own good signature", async () => {
  const vaultId = await openVault(billing)
  const reading = toSignable({ vaultId, sequence: 1n, usage: { 'gpt-4': 250_000n } })
  const signature = billing.oracle.sign(readingBytes(await domainOf(billing), reading))
  const [r, s] = [BigInt(`0x${signature.slice(0, 64)}`), BigInt(`0x${signature.slice(64)}`)]
  const call = 'dispatch(registry, "litellm-usage", trigger(type, reading, signature))'
  expect(await tryTo(call, vaultId, [r, s])).toBeNull()
  expect(await lastRefusal()).toBe('capability_missing')
  expect(await reportOf(billing, vaultId)).toMatchObject({ accrued: 0n, lastSequence: 0n })
})

test.each([
  [
    'a handler that nobody registered',
    'dispatch(registry, "mine", trigger(type, reading, signature))',
    'handler_unknown',
  ],
  [
    'a type of trigger that the handler does not take',
    'dispatch(registry, "litellm-usage", trigger(FlareFDCTriggers.TriggerType.WebData, reading, signature))',
    'trigger_type_unhandled',
  ],
  [
    'a payload that is no reading',
    'dispatch(registry, "litellm-usage", trigger(type, ForeignTriggers.Text(), signature))',
    'payload_foreign',
  ],
])('%s is refused with an event, and nothing fails', async (_, call, reason) => {
  expect(await tryTo(call, 1n)).toBeNull()
  expect(await lastRefusal()).toBe(reason)
})

test('the registry shows what it has: ids, types, and how far each subject came', async () => {
  const answer = await query<string[]>(billing, readTestCadence('read_registry'), ['litellm-usage', '1'])
  expect(answer).toEqual(['litellm-usage', '4', '0'])
  const unknown = await query<string[]>(billing, readTestCadence('read_registry'), ['mine', '1'])
  expect(unknown).toEqual(['litellm-usage', '', 'none'])
})

// The library takes imports from where a contract was deployed last, so this one comes at the end.
test('without its handler, an oracle hands in nothing, and an event says so', async () => {
  const bare = await deploy('Bare')
  const oracle = await party('Oracle')
  await appoint(bare, oracle)
  const readings = [{ vaultId: 1n, sequence: 1n, usage: { other: 1n } }]
  const { events, settled, skipped } = await submit({ ...billing, ...bare }, readings)
  expect([...settled, ...skipped]).toEqual([])
  const refused = events.find(({ type }) => type.endsWith('.TriggerRefused'))
  expect(refused?.data).toMatchObject({ handlerId: 'litellm-usage', subject: '1', reason: 'handler_unknown' })
})

async function lastRefusal(): Promise<string> {
  const { height } = await billing.chain.latestBlock()
  const type = billing.chain.eventType('FlareFDCTriggers.TriggerRefused')
  const events = await billing.chain.events(type, height, height)
  return (events.at(-1)?.data as { reason: string } | undefined)?.reason ?? 'none'
}
