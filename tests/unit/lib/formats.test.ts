import { expect, test } from 'vitest'
import { showAddress, showHash } from '#lib/format/address.ts'
import {
  showFlow,
  showFlowExact,
  showMultiplier,
  showPercent,
  showUsd,
  showUsdExact,
  showUsdPer1K,
} from '#lib/format/money.ts'
import { showTime } from '#lib/format/time.ts'
import { showTokens } from '#lib/format/tokens.ts'
import { flow, usd } from '#lib/money/units.ts'

test.each([
  [0n, '$0.00'],
  [3_706_000_000n, '$37.06'],
  [60_000_000n, '$0.60'],
  [4_210_000n, '$0.0421'],
  [3_100n, '$0.000031'],
  [1n, '$0.00000001'],
  [-410_000_000n, '−$4.10'],
  [123_456_789_000_000_00n, '$123,456,789.00'],
])('%s units of USD read as %s', (units, shown) => {
  expect(showUsd(usd(units))).toBe(shown)
})

test('a bill shows all eight decimals', () => {
  expect(showUsdExact(usd(3_406_500n))).toBe('$0.03406500')
  expect(showFlowExact(flow(713_028_169n))).toBe('7.13028169 FLOW')
})

test('what is left rounds down and what is owed rounds up', () => {
  expect(showFlow(flow(12_840_999_999n))).toBe('128.40 FLOW')
  expect(showFlow(flow(411_000_001n), 'owed')).toBe('4.12 FLOW')
  expect(showFlow(flow(1n))).toBe('0.00000001 FLOW')
  expect(showFlow(flow(0n))).toBe('0.00 FLOW')
})

test('tokens show every digit up to ten million and millions above', () => {
  expect(showTokens(3_309_012n)).toBe('3,309,012')
  expect(showTokens(12_480_000n)).toBe('12.4M')
})

test('rates and shares read as the price list writes them', () => {
  expect(showUsdPer1K(usd(1_500_000n))).toBe('$0.015')
  expect(showUsdPer1K(usd(2_000_000n))).toBe('$0.02')
  expect([0n, 1_000n, 1_250n, 10_000n].map(showPercent)).toEqual(['0%', '10%', '12.5%', '100%'])
  expect([15_000n, 8_000n, 10_000n].map(showMultiplier)).toEqual(['1.5', '0.8', '1.0'])
})

test('times are relative for a day, then dated in the given zone', () => {
  const now = new Date('2026-11-21T12:00:00Z')
  const ago = (ms: number) => showTime(new Date(now.getTime() - ms), now)
  expect(ago(20_000)).toBe('just now')
  expect(ago(180_000)).toBe('3 min ago')
  expect(ago(7_200_000)).toBe('2 h ago')
  expect(ago(30 * 3_600_000)).toBe('Nov 20, 06:00')
})

test('addresses and hashes are shortened in the middle', () => {
  expect(showAddress('0xf8d6e0586b0a20c7')).toBe('0xf8d6…20c7')
  expect(showHash('8f3a000000000c21')).toBe('8f3a…c21')
})
