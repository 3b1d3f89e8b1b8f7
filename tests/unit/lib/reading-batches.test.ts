import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchesOf, MOST_READINGS } from '#lib/settlement/reading-batches.ts'

const reading = (models: number, nameLength = 12, paysAtOnce = false) => ({
  paysAtOnce,
  models: Array.from({ length: models }, (_, i) => ({ model: `m${i}`.padEnd(nameLength, 'x') })),
})
const many = (count: number, each: ReturnType<typeof reading>) => Array.from({ length: count }, () => ({ ...each }))
const sizesOf = (readings: ReadonlyArray<ReturnType<typeof reading>>) => batchesOf(readings).map(({ length }) => length)

describe('readings are divided into transactions', () => {
  test('that lose none, change no order, and are no larger than asked for', () => {
    const readings = fc.array(fc.tuple(fc.integer({ min: 0, max: 32 }), fc.integer({ min: 3, max: 128 })))
    fc.assert(
      fc.property(readings, fc.integer({ min: 1, max: MOST_READINGS }), (shapes, most) => {
        const all = shapes.map(([models, length]) => reading(models, length))
        const batches = batchesOf(all, most)
        expect(batches.flat()).toEqual(all)
        expect(batches.every(({ length }) => length > 0 && length <= most)).toBe(true)
      }),
    )
  })

  // Measured: 400 of 4 models fit into a transaction, 150 that pay at once, and 11 of 32 of the longest names.
  test.each([
    ['of few models', reading(4), 230, 400],
    ['of vaults that pay at once', reading(4, 12, true), 120, 150],
    ['of many models', reading(32), 60, 92],
    ['of the longest names', reading(32, 128), 9, 11],
  ])('%s as large as the chain is known to take', (_, each, least, most) => {
    const [first = 0] = sizesOf(many(1_000, each))
    expect(first).toBeGreaterThanOrEqual(least)
    expect(first).toBeLessThanOrEqual(most)
  })

  test('so that one that is too large for any company goes alone', () => {
    expect(sizesOf([reading(1), reading(2_000, 128), reading(1)])).toEqual([1, 1, 1])
  })
})
