import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_LITELLM_COST, parseLitellmCost } from '#lib/metering/litellm-cost.ts'
import { runs } from './runs.ts'

const UNIT = 10n ** 12n

test('the exact value of the text is rounded once, half up', () => {
  const text = fc.record({ whole: fc.nat(900), fraction: fc.stringMatching(/^\d{1,30}$/), exponent: fc.nat(60) })
  fc.assert(
    fc.property(text, ({ whole, fraction, exponent }) => {
      const cost = parseLitellmCost(`${whole}.${fraction}e-${exponent}`)
      const numerator = BigInt(whole + fraction) * UNIT
      const denominator = 10n ** BigInt(fraction.length + exponent)
      // |cost - value| <= 1/2, and never down from a half.
      const twice = 2n * ((cost ?? -1n) * denominator - numerator)
      expect(twice > -denominator && twice <= denominator).toBe(true)
    }),
    runs(),
  )
})

test('whichever way a number is written, it is the same cost', () => {
  const price = fc.double({ min: 0, max: 1_000, noNaN: true, noDefaultInfinity: true })
  fc.assert(
    fc.property(price, (usd) => {
      expect(parseLitellmCost(usd.toExponential(20))).toBe(parseLitellmCost(Number(usd).toFixed(40).slice(0, 60)))
    }),
    runs(),
  )
})

test.each([
  ['2.25e-05', 22_500_000n],
  ['0.00022500000000000002', 225_000_000n],
  ['0', 0n],
  ['0.0', 0n],
  ['1E-7', 100_000n],
  ['3e+2', 300n * UNIT],
  ['0.0000000000005', 1n],
  ['0.0000000000004999', 0n],
  ['1e-999', 0n],
  ['1000', MAX_LITELLM_COST],
])('%s USD', (text, cost) => {
  expect(parseLitellmCost(text)).toBe(cost)
})

test.each([
  'nan',
  'NaN',
  'inf',
  '-inf',
  'Infinity',
  '-0.01',
  '1e308',
  '1e999',
  '1000.000000000001',
  '9'.repeat(41),
  '',
  ' 1',
  '1 ',
  '1,5',
  '0x10',
  '1e',
  'e5',
  '.5',
  '5.',
  '1e5e5',
  '\u0661',
  '1_000',
  '1e1000',
])('"%s" is no cost', (text) => {
  expect(parseLitellmCost(text)).toBeNull()
})
