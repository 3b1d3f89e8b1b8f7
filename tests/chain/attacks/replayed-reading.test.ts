import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Billing,
  openBilling,
  openVault,
  reportOf,
  submit,
  submitOne,
  toArguments,
} from '#tests/support/billing.ts'
import { startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

const usage = { 'gpt-4': 250_000n }

test('a reading that is replayed, to the letter and the signature, does nothing', async () => {
  const vaultId = await openVault(billing)
  const args = await toArguments(billing, [{ vaultId, sequence: 1n, usage }])
  const send = () => billing.chain.send('oracle/submit_readings', args, billing.oracle)
  await send()
  const once = await reportOf(billing, vaultId)
  const { events } = await send()
  expect(events.find(({ type }) => type.endsWith('.ReadingSkipped'))?.data).toMatchObject({ reason: 'duplicate' })
  expect(await reportOf(billing, vaultId)).toEqual(once)
})

test('readings that are reordered settle as far as they rise, and what is cumulative loses nothing', async () => {
  const vaultId = await openVault(billing)
  const reading = (sequence: bigint, tokens: bigint) => ({ vaultId, sequence, usage: { 'gpt-4': tokens } })
  const { settled, skipped } = await submit(billing, [reading(2n, 250_000n), reading(1n, 100_000n)])
  expect(settled.map(({ sequence }) => sequence)).toEqual([2n])
  expect(skipped.map(({ reason }) => reason)).toEqual(['sequence_too_low'])
  expect(await reportOf(billing, vaultId)).toMatchObject({ accrued: 506_250_000n, lastSequence: 2n })
})

test('a reading that decreases is refused, under whatever number it comes', async () => {
  const vaultId = await openVault(billing)
  await submitOne(billing, { vaultId, sequence: 1n, usage })
  const once = await reportOf(billing, vaultId)
  const less = { vaultId, usage: { 'gpt-4': 249_999n } }
  expect(await submitOne(billing, { ...less, sequence: 2n })).toBe('count_fell')
  expect(await submitOne(billing, { ...less, sequence: 1n })).toBe('sequence_reused')
  expect(await submitOne(billing, { ...less, sequence: 2n ** 32n })).toBe('count_fell')
  expect(await reportOf(billing, vaultId)).toEqual(once)
})

test("a foreign vault's reading, its number changed on the way, proves nothing here", async () => {
  const [own, foreign] = [await openVault(billing), await openVault(billing)]
  const args = await toArguments(billing, [{ vaultId: foreign, sequence: 1n, usage }])
  const { events } = await billing.chain.send('oracle/submit_readings', { ...args, vaultIds: [own] }, billing.oracle)
  expect(events.find(({ type }) => type.endsWith('.ReadingSkipped'))?.data).toMatchObject({ reason: 'bad_signature' })
  expect(await reportOf(billing, own)).toMatchObject({ accrued: 0n, lastSequence: 0n })
})
