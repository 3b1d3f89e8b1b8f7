import { expect, test } from 'vitest'
import { appendLeaf, EMPTY_FRONTIER, frontierRoot } from '#lib/merkle/frontier.ts'
import { EMPTY_ROOT, leafHash } from '#lib/merkle/hash.ts'
import { merkleRoot } from '#lib/merkle/proof.ts'

test('the hashes are those of RFC 6962', () => {
  expect(EMPTY_ROOT).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  expect(leafHash('')).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
})

test('a tree without events has the empty root by both ways', () => {
  expect(frontierRoot(EMPTY_FRONTIER)).toBe(EMPTY_ROOT)
  expect(merkleRoot([])).toBe(EMPTY_ROOT)
})

test('a frontier that lost a peak is refused, not continued', () => {
  expect(() => appendLeaf({ size: 3, peaks: [] }, leafHash('x'))).toThrow(/lacks a peak/)
})
