import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalLeaf, type LeafFacts } from '#lib/metering/canonical-leaf.ts'
import { leafHash } from '#lib/merkle/hash.ts'
import { inclusionProof, merkleRoot } from '#lib/merkle/proof.ts'
import { createBillTally } from '#lib/receipts/bill-tally.ts'
import { CHUNK_LEAVES, chunkedPath, chunkOf } from '#lib/receipts/chunked-tree.ts'
import { readLeaf } from '#lib/receipts/read-leaf.ts'
import type { BillHeader } from '#lib/receipts/receipt.ts'
import { runs } from './runs.ts'

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`))
const tokens = fc.bigInt({ min: 0n, max: 10n ** 15n })

const facts: fc.Arbitrary<LeafFacts> = fc
  .record({
    id: fc.stringMatching(/^[A-Za-z0-9._:-]{8,80}$/),
    keyHash: hex(64),
    startedAt: fc.date({ min: new Date('2001-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }),
    model: fc.stringMatching(/^[a-z0-9._:/@-]{1,40}$/),
    inputTokens: tokens,
    outputTokens: tokens,
    isFree: fc.boolean(),
  })
  .map(({ isFree, ...given }) => ({
    ...given,
    vaultId: 7n,
    period: 202_611,
    ordinal: 0,
    billableTokens: isFree ? 0n : given.inputTokens + given.outputTokens,
  }))

test('a leaf is read from exactly the text that it is written in', () => {
  fc.assert(
    fc.property(facts, fc.nat(), fc.integer({ min: 32, max: 126 }), (leaf, at, code) => {
      const text = canonicalLeaf(leaf)
      expect(readLeaf(text)).toEqual({ ok: true, value: leaf })
      const place = at % text.length
      const changed = text.slice(0, place) + String.fromCharCode(code) + text.slice(place + 1)
      fc.pre(changed !== text)
      const read = readLeaf(changed)
      expect(read.ok && leafHash(canonicalLeaf(read.value)) === leafHash(text)).toBe(false)
      for (const more of [` ${text}`, `${text}\n`, text.replace('{', '{ '), text.replace('"v":1', '"v":1,"v":1')]) {
        expect(readLeaf(more).ok).toBe(false)
      }
    }),
    runs(),
  )
})

const header = (leaves: readonly LeafFacts[]): BillHeader => ({
  kind: 'flareflow.bill',
  version: 1,
  network: 'emulator',
  contract: '0xf8d6e0586b0a20c7',
  deployment: 'd',
  vault: '7',
  period: 202_611,
  root: merkleRoot(leaves.map((leaf) => leafHash(canonicalLeaf(leaf)))),
  reading: { sequence: '1', eventCount: String(leaves.length), models: [] },
  transaction: 'a'.repeat(64),
})

const bill = fc
  .uniqueArray(facts, { minLength: 1, maxLength: 40, selector: ({ id }) => id })
  .map((leaves) => leaves.map((leaf, ordinal) => ({ ...leaf, ordinal })))

const totalsOf = (leaves: readonly LeafFacts[], lines: readonly string[]) => {
  const tally = createBillTally(header(leaves))
  for (const line of lines) tally.add(line)
  return tally.totals()
}

test('the lines of a bill give its root and the sums by model', () => {
  fc.assert(
    fc.property(bill, (leaves) => {
      const totals = totalsOf(leaves, leaves.map(canonicalLeaf))
      expect(totals).toMatchObject({ fault: null, count: leaves.length, deleted: 0, root: header(leaves).root })
      const sum = leaves.reduce((all, { billableTokens }) => all + billableTokens, 0n)
      expect([...totals.tokens.values()].reduce((all, count) => all + count, 0n)).toBe(sum)
    }),
    runs(),
  )
})

test('a bill with a line left out, repeated, changed or out of order is at fault or has another root', () => {
  const damage = fc.constantFrom<(lines: string[], at: number) => string[]>(
    (lines, at) => lines.toSpliced(at, 1),
    (lines, at) => lines.toSpliced(at, 0, lines[at] ?? ''),
    (lines, at) => lines.with(at, lines[at]?.replace('"v":1', '"v":2') ?? ''),
    (lines, at) => lines.with(at, lines[at]?.replace(/"key":"./, '"key":"x') ?? ''),
    (lines, at) =>
      lines.with(at, canonicalLeaf({ ...readBack(lines[at]), inputTokens: 10n ** 16n, billableTokens: 0n })),
    (lines, at) => lines.with(at, canonicalLeaf({ ...readBack(lines[at]), vaultId: 8n })),
    (lines) => (lines.length > 1 ? [...lines.slice(1), lines[0] ?? ''] : []),
  )
  fc.assert(
    fc.property(bill, damage, fc.nat(), (leaves, spoil, at) => {
      const lines = leaves.map(canonicalLeaf)
      const totals = totalsOf(leaves, spoil(lines, at % lines.length))
      const isWhole = totals.fault === null && totals.count === leaves.length && totals.root === header(leaves).root
      expect(isWhole).toBe(false)
    }),
    runs(),
  )
})

function readBack(line = ''): LeafFacts {
  const leaf = readLeaf(line)
  if (!leaf.ok) throw new Error(leaf.fault)
  return leaf.value
}

test('one request on a bill twice is found, even when its tree is right', () => {
  fc.assert(
    fc.property(bill, (leaves) => {
      const [first] = leaves
      const doubled = first ? [...leaves, { ...first, ordinal: leaves.length }] : []
      const { fault } = totalsOf(doubled, doubled.map(canonicalLeaf))
      expect(fault?.reason).toBe('request_repeated')
    }),
    runs(50),
  )
})

test('a path from the roots of runs is the path from all leaves', () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1023, 1024, 1025, 2048, 2049, 3000, 5000))
  fc.assert(
    fc.property(size, fc.nat(), (count, pick) => {
      const leaves = Array.from({ length: count }, (_, i) => leafHash(`leaf ${i}`))
      const runs = Array.from({ length: Math.ceil(count / CHUNK_LEAVES) }, (_, i) =>
        leaves.slice(i * CHUNK_LEAVES, (i + 1) * CHUNK_LEAVES),
      )
      const index = pick % count
      const path = chunkedPath(runs[chunkOf(index)] ?? [], runs.map(merkleRoot), index)
      expect(path).toEqual(inclusionProof(leaves, index))
    }),
    runs(60),
  )
})
