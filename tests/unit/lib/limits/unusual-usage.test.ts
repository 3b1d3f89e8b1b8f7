import { expect, test } from 'vitest'
import { unusualUsage } from '#lib/limits/unusual-usage.ts'

const steady = Array.from({ length: 14 }, (_, day) => 100_000n + BigInt(day) * 1_000n)

test('ten times the usual hour is unusual, and says what is usual', () => {
  expect(unusualUsage(1_000_000n, steady)).toEqual({ usual: 106_500n })
})

test('half as much again is not', () => {
  expect(unusualUsage(160_000n, steady)).toBeNull()
})

test('a customer whose hours swing widely may swing on', () => {
  const wild = Array.from({ length: 14 }, (_, day) => (day % 2 === 0 ? 50_000n : 900_000n))
  expect(unusualUsage(2_000_000n, wild)).toBeNull()
})

test('one wild day in the history hides nothing', () => {
  expect(unusualUsage(1_000_000n, [...steady.slice(1), 50_000_000n])).not.toBeNull()
})

test('little usage is never unusual, nor is that of a newcomer', () => {
  expect(
    unusualUsage(
      49_999n,
      Array.from({ length: 14 }, () => 0n),
    ),
  ).toBeNull()
  expect(
    unusualUsage(
      50_000n,
      Array.from({ length: 14 }, () => 0n),
    ),
  ).toEqual({ usual: 0n })
  expect(unusualUsage(1_000_000n, steady.slice(0, 6))).toBeNull()
})
