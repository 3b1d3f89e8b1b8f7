import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSigner, generateFlowKey, type Signer } from '#services/clients/flow/index.ts'
import { type Billing, openBilling, openVault, reportOf, submit } from '#tests/support/billing.ts'
import { attempt, party, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
let thief: Signer
/** What was wrong with giving and taking the copy: nothing. */
let theft: Array<string | null>
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
  thief = await party('Thief')
  theft = [
    await attempt(billing, readTestCadence('give_desk'), [thief.address], billing.oracle),
    await attempt(billing, readTestCadence('take_desk'), [billing.oracle.address], thief),
  ]
})
afterAll(() => stopEmulator())

const usage = { 'gpt-4': 250_000n }
const otherKey = () => createSigner({ ...thief, privateKey: generateFlowKey().privateKey })

test("a stolen capability is worth nothing without the oracle's key", async () => {
  expect(theft).toEqual([null, null])
  const vaultId = await openVault(billing)
  const { settled, skipped } = await submit(billing, [{ vaultId, sequence: 1n, usage }], thief, otherKey())
  expect(settled).toEqual([])
  expect(skipped).toMatchObject([{ id: vaultId, reason: 'bad_signature' }])
  expect(await reportOf(billing, vaultId)).toMatchObject({ accrued: 0n, lastSequence: 0n })
})

test("the oracle's key is worth nothing without the capability", async () => {
  const vaultId = await openVault(billing)
  const readings = [{ vaultId, sequence: 1n, usage }]
  const stranger = await party('Stranger')
  await expect(submit(billing, readings, stranger, billing.oracle)).rejects.toMatchObject({
    details: { reason: expect.stringMatching(/The account is no oracle/) },
  })
  expect(await reportOf(billing, vaultId)).toMatchObject({ accrued: 0n, lastSequence: 0n })
})

test('a copy of the capability dies at once with the removal of the oracle, whoever holds it', async () => {
  const vaultId = await openVault(billing)
  const reading = { vaultId, sequence: 1n, usage }
  // The copy works for whoever has the key too: that is what removing the oracle is for.
  expect((await submit(billing, [reading], thief, billing.oracle)).settled).toHaveLength(1)
  await billing.chain.send('admin/remove_oracle', { address: billing.oracle.address }, billing.admin)
  for (const holder of [thief, billing.oracle]) {
    await expect(submit(billing, [{ ...reading, sequence: 2n }], holder)).rejects.toMatchObject({
      details: { reason: expect.stringMatching(/The oracle was removed/) },
    })
  }
})

test('a copy from before stays dead when the oracle is appointed anew, with another key', async () => {
  const { chain, admin, oracle } = billing
  const vaultId = await openVault(billing)
  const { publicKey } = generateFlowKey()
  await chain.send('admin/appoint_oracle', { address: oracle.address, publicKey }, admin)
  await chain.send('oracle/claim_oracle', {}, oracle)
  const readings = [{ vaultId, sequence: 1n, usage }]
  await expect(submit(billing, readings, thief)).rejects.toMatchObject({
    details: { reason: expect.stringMatching(/The oracle was removed/) },
  })
  const { skipped } = await submit(billing, readings, oracle)
  expect(skipped).toMatchObject([{ reason: 'bad_signature' }])
})

test.each([
  ['too short', '00', /Its public key is not 128 hexadecimal digits/],
  ['no hexadecimal', 'zz'.repeat(64), /Its public key is not 128 hexadecimal digits/],
  ['no point of the curve', '11'.repeat(64), /invalid public key/],
])('an oracle can not be appointed with a key that is %s', async (_, publicKey, reason) => {
  const { address } = await party('Next oracle')
  const send = billing.chain.send('admin/appoint_oracle', { address, publicKey }, billing.admin)
  await expect(send).rejects.toMatchObject({ internal: expect.stringMatching(reason) })
  expect((await billing.chain.script('get_roles', { address })).oracle).toBe(false)
})
