import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readMasterKeys, rewrap, seal, unseal } from '#services/platform/crypto/seal.ts'

const newKey = (): string => randomBytes(32).toString('base64')
const [older, newer] = [newKey(), newKey()]
const before = readMasterKeys(older)
const both = readMasterKeys(`${newer},${older}`)
const after = readMasterKeys(newer)

describe('a sealed secret', () => {
  test('opens for its own place only', () => {
    const sealed = seal(before, 'sk-secret', 'alice|openai')
    expect(unseal(before, sealed, 'alice|openai')).toBe('sk-secret')
    expect(() => unseal(before, sealed, 'bob|openai')).toThrow(/does not open/)
    expect(() => unseal(before, sealed, 'alice|groq')).toThrow(/does not open/)
  })

  test('shows nothing of itself, and is never the same twice', () => {
    const [one, two] = [seal(before, 'sk-secret', 'x'), seal(before, 'sk-secret', 'x')]
    expect(JSON.stringify(one)).not.toContain('secret')
    expect(one.sealed).not.toBe(two.sealed)
    expect(one.wrapped).not.toBe(two.wrapped)
  })

  test('that was altered in any byte does not open', () => {
    const sealed = seal(before, 'sk-secret', 'x')
    for (const field of ['wrapped', 'sealed'] as const) {
      const bytes = Buffer.from(sealed[field], 'base64url')
      for (let i = 0; i < bytes.length; i += 1) {
        const altered = Buffer.from(bytes)
        altered[i] = (altered[i] ?? 0) ^ 1
        expect(() => unseal(before, { ...sealed, [field]: altered.toString('base64url') }, 'x')).toThrow(
          /does not open/,
        )
      }
    }
    expect(() => unseal(before, { ...sealed, sealed: 'AA' }, 'x')).toThrow(/does not open/)
  })

  test('whose parts were mixed with another’s does not open', () => {
    const [mine, theirs] = [seal(before, 'mine', 'x'), seal(before, 'theirs', 'y')]
    expect(() => unseal(before, { ...mine, sealed: theirs.sealed }, 'x')).toThrow(/does not open/)
    expect(() => unseal(before, theirs, 'x')).toThrow(/does not open/)
  })

  test('moves to a new master key without being opened, and then needs no old one', () => {
    const sealed = seal(before, 'sk-secret', 'x')
    expect(unseal(both, sealed, 'x')).toBe('sk-secret')
    const moved = rewrap(both, sealed, 'x')
    expect(moved.sealed).toBe(sealed.sealed)
    expect(unseal(after, moved, 'x')).toBe('sk-secret')
    expect(() => unseal(after, sealed, 'x')).toThrow(/does not open/)
    expect(() => rewrap(both, sealed, 'y')).toThrow(/does not open/)
  })
})

test.each(['', 'short', `${newKey()},`, newKey().slice(0, 20)])('%j is refused as a master key', (text) => {
  expect(() => readMasterKeys(text)).toThrow(/BYOK_ENCRYPTION_KEY/)
})
