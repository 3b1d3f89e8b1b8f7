import fc from 'fast-check'
import { expect, test } from 'vitest'
import { appendLeaf, EMPTY_FRONTIER, frontierRoot } from '#lib/merkle/frontier.ts'
import { leafHash } from '#lib/merkle/hash.ts'
import { inclusionProof, merkleRoot, verifyInclusion } from '#lib/merkle/proof.ts'
import { runs } from './runs.ts'

const leaves = (most: number) =>
  fc.array(fc.string(), { minLength: 1, maxLength: most }).map((all) => all.map((text) => leafHash(text)))

test('appending leaf by leaf gives the root of the definition', () => {
  fc.assert(
    fc.property(leaves(70), (all) => {
      expect(frontierRoot(all.reduce((frontier, leaf) => appendLeaf(frontier, leaf), EMPTY_FRONTIER))).toBe(
        merkleRoot(all),
      )
    }),
    runs(),
  )
})

test('every leaf is proven under the root, and no other leaf or place is', () => {
  fc.assert(
    fc.property(leaves(40), fc.nat(), fc.nat(), (all, pick, other) => {
      const index = pick % all.length
      const leaf = all[index] ?? ''
      const path = inclusionProof(all, index)
      const root = merkleRoot(all)
      expect(verifyInclusion(leaf, index, all.length, path, root)).toBe(true)
      expect(verifyInclusion(leafHash(`${leaf}!`), index, all.length, path, root)).toBe(false)
      const elsewhere = other % all.length
      const isSame = all[elsewhere] === leaf && elsewhere === index
      fc.pre(isSame || all[elsewhere] !== leaf)
      expect(verifyInclusion(leaf, elsewhere, all.length, path, root)).toBe(isSame)
      expect(verifyInclusion(leaf, index, all.length, [...path, root], root)).toBe(false)
    }),
    runs(),
  )
})
