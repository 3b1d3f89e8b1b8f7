import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Billing, openBilling, openVault, reportOf, submit, toArguments } from '#tests/support/billing.ts'
import { startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

const usage = { 'gpt-4': 250_000n }
/** The order of P-256's group: (r, n − s) is as good a signature as (r, s). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

test('a trigger id twice in one batch is processed once', async () => {
  const vaultId = await openVault(billing)
  const reading = { vaultId, sequence: 1n, usage }
  const { settled, skipped } = await submit(billing, [reading, reading, { ...reading, usage: { 'gpt-4': 300_000n } }])
  expect(settled).toHaveLength(1)
  expect(skipped.map(({ reason }) => reason)).toEqual(['duplicate', 'sequence_reused'])
  expect(await reportOf(billing, vaultId)).toMatchObject({ accrued: 506_250_000n, lastSequence: 1n })
})

test('a trigger id is not made new by altering its signature into another good one', async () => {
  const vaultId = await openVault(billing)
  const args = await toArguments(billing, [{ vaultId, sequence: 1n, usage }])
  const altered = { ...args, signatureSs: args.signatureSs.map((s) => ORDER - s) }
  expect(altered.signatureSs).not.toEqual(args.signatureSs)
  const { events: first } = await billing.chain.send('oracle/submit_readings', altered, billing.oracle)
  expect(first.some(({ type }) => type.endsWith('.ReadingSettled'))).toBe(true)
  const { events: second } = await billing.chain.send('oracle/submit_readings', args, billing.oracle)
  expect(second.find(({ type }) => type.endsWith('.ReadingSkipped'))?.data).toMatchObject({ reason: 'duplicate' })
  expect((await reportOf(billing, vaultId)).accrued).toBe(506_250_000n)
})

test('a trigger that was refused can come again, and is then processed once', async () => {
  const vaultId = await openVault(billing)
  const args = await toArguments(billing, [{ vaultId, sequence: 1n, usage }])
  await billing.chain.send('oracle/submit_readings', { ...args, signatureRs: [1n] }, billing.oracle)
  expect((await reportOf(billing, vaultId)).lastSequence).toBe(0n)
  await billing.chain.send('oracle/submit_readings', args, billing.oracle)
  expect(await reportOf(billing, vaultId)).toMatchObject({ accrued: 506_250_000n, lastSequence: 1n })
})
