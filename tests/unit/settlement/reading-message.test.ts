import { createPublicKey, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { READING_TAG, readingBytes, readingMessage } from '#lib/settlement/reading-message.ts'
import vectors from '#tests/vectors/reading-message.json' with { type: 'json' }

const readingOf = ({ reading }: (typeof vectors)[number]) => ({
  ...reading,
  vaultId: BigInt(reading.vaultId),
  sequence: BigInt(reading.sequence),
  tokens: reading.tokens.map(BigInt),
  eventCount: BigInt(reading.eventCount),
})

/** Checked by another implementation than the one that signs. */
function isSignedBy(publicKey: string, bytes: string, signature: string): boolean {
  const [x, y] = [publicKey.slice(0, 64), publicKey.slice(64)].map((hex) =>
    Buffer.from(hex, 'hex').toString('base64url'),
  )
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, format: 'jwk' })
  const given = Buffer.from(signature, 'hex')
  return verify('sha3-256', Buffer.from(bytes, 'hex'), { key, dsaEncoding: 'ieee-p1363' }, given)
}

describe('each published message', () => {
  test.each(vectors.map((vector, index) => ({ index, ...vector })))('$index is written and signed alike', (vector) => {
    const reading = readingOf(vector)
    expect(readingMessage(vector.domain, reading)).toBe(vector.message)
    const bytes = readingBytes(vector.domain, reading)
    expect(isSignedBy(vector.publicKey, bytes, vector.signature)).toBe(true)
    const other = readingBytes(vector.domain, { ...reading, sequence: reading.sequence + 1n })
    expect(isSignedBy(vector.publicKey, other, vector.signature)).toBe(false)
  })
})

test('the tag fills 32 bytes, and the message follows', () => {
  const [vector] = vectors
  if (!vector) throw new Error('There are no vectors.')
  const bytes = Buffer.from(readingBytes(vector.domain, readingOf(vector)), 'hex')
  expect(bytes.subarray(0, 32)).toEqual(Buffer.from(READING_TAG.padEnd(32, '\0')))
  expect(bytes.subarray(32).toString()).toBe(vector.message)
})
