import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Billing, openBilling } from '#tests/support/billing.ts'
import { query, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'
import vectors from '#tests/vectors/reading-message.json' with { type: 'json' }

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

describe('the contract writes each published message to the byte, and believes its signature alone', () => {
  test.each(vectors.map((vector, index) => ({ index, ...vector })))('$index', async (vector) => {
    const { vaultId, period, sequence, models, tokens, root, eventCount } = vector.reading
    const [r, s] = [vector.signature.slice(0, 64), vector.signature.slice(64)].map((half) => BigInt(`0x${half}`))
    const content = [vaultId, String(period), sequence, models, tokens, root, eventCount]
    const ask = (altered: bigint) =>
      query<string[]>(billing, readTestCadence('read_message'), [
        vector.domain,
        ...content,
        vector.publicKey,
        String(r),
        String((s ?? 0n) + altered),
      ])
    expect(await ask(0n)).toEqual([vector.message, ''])
    expect(await ask(1n)).toEqual([vector.message, 'bad_signature'])
  })
})
