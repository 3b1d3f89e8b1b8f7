import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Billing,
  domainOf,
  openBilling,
  OPENING,
  openVault,
  PERIOD,
  reportOf,
  ROOT,
  submitOne,
  toArguments,
} from '#tests/support/billing.ts'
import { setClock, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'

let billing: Billing
let twin: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
  twin = await openBilling({ admin: 'Admin of a twin' })
  // Opening the twin set the clock back by what opening the first one took.
  await setClock(new Date(OPENING.getTime() + 60_000))
})
afterAll(() => stopEmulator())

const usage = { 'gpt-4': 250_000n }
const untouched = { accrued: 0n, lastSequence: 0n, chargedUsd: 0n }

test('a trigger signed for the same contracts in another account is refused', async () => {
  const vaultId = await openVault(billing)
  const reading = { vaultId, sequence: 1n, usage }
  const domain = await domainOf(twin)
  expect(await submitOne({ ...billing, domain }, reading)).toBe('bad_signature')
  expect(await reportOf(billing, vaultId)).toMatchObject(untouched)
  // The same signature is good where it was meant for.
  expect(await submitOne(twin, { ...reading, vaultId: await openVault(twin) })).toMatchObject({ sequence: 1n })
})

test.each([
  ['another chain', (domain: string) => domain.replace('flow-emulator', 'flow-mainnet')],
  ['another contract', (domain: string) => domain.replace(/\n0x\w{16}\n/, '\n0x0000000000000001\n')],
  ['another deployment in the same account', (domain: string) => domain.replace(/\n\w+-/, `\n${'0'.repeat(64)}-`)],
  ['no place at all', () => ''],
])('a trigger signed for %s is refused', async (_, change) => {
  const vaultId = await openVault(billing)
  const domain = change(await domainOf(billing))
  expect(domain).not.toBe(await domainOf(billing))
  expect(await submitOne({ ...billing, domain }, { vaultId, sequence: 1n, usage })).toBe('bad_signature')
  expect(await reportOf(billing, vaultId)).toMatchObject(untouched)
})

test.each([
  ['vault', async () => ({ vaultIds: [await openVault(billing)] })],
  ['period', async () => ({ periods: [PERIOD - 1] })],
  ['number', async () => ({ sequences: [2n] })],
  ['model', async () => ({ models: [['claude-3-opus']] })],
  ['count of tokens', async () => ({ tokens: [[250_001n]] })],
  ['root', async () => ({ roots: [ROOT.replace('ab', 'ac')] })],
  ['number of events', async () => ({ eventCounts: [2n] })],
  ['signature', async () => ({ signatureRs: [1n] })],
  ['signature, beyond the curve', async () => ({ signatureSs: [2n ** 256n - 1n] })],
  ['signature, to nothing', async () => ({ signatureRs: [0n], signatureSs: [0n] })],
])('a trigger signed for another %s is skipped, and undoes nothing of its batch', async (_, change) => {
  const [vaultId, other] = [await openVault(billing), await openVault(billing)]
  const bad = await toArguments(billing, [{ vaultId, sequence: 1n, usage }])
  const good = await toArguments(billing, [{ vaultId: other, sequence: 1n, usage }])
  const changed = { ...bad, ...(await change()) }
  const { events } = await billing.chain.send('oracle/submit_readings', joined(changed, good), billing.oracle)
  const skipped = events.filter(({ type }) => type.endsWith('.ReadingSkipped')).map(({ data }) => data)
  expect(skipped).toEqual([expect.objectContaining({ reason: 'bad_signature' })])
  expect(await reportOf(billing, vaultId)).toMatchObject(untouched)
  expect(await reportOf(billing, other)).toMatchObject({ accrued: 506_250_000n })
})

type Arguments = Awaited<ReturnType<typeof toArguments>>

/** One batch of two. */
function joined(first: Arguments, second: Arguments): Arguments {
  return {
    vaultIds: [...first.vaultIds, ...second.vaultIds],
    periods: [...first.periods, ...second.periods],
    sequences: [...first.sequences, ...second.sequences],
    models: [...first.models, ...second.models],
    tokens: [...first.tokens, ...second.tokens],
    roots: [...first.roots, ...second.roots],
    eventCounts: [...first.eventCounts, ...second.eventCounts],
    signatureRs: [...first.signatureRs, ...second.signatureRs],
    signatureSs: [...first.signatureSs, ...second.signatureSs],
  }
}
