import fc from 'fast-check'
import { expect, test } from 'vitest'
import { showFlow, showUsd } from '#lib/format/money.ts'
import { formatUsd, MAX_UNITS, parseUsd } from '#lib/money/decimal.ts'
import { flow, usd } from '#lib/money/units.ts'
import { runs } from './runs.ts'

const units = fc.oneof(fc.bigInt(0n, MAX_UNITS), fc.bigInt(0n, 10_000n))

test('an amount survives the wire to the last digit', () => {
  fc.assert(
    fc.property(units, (amount) => {
      expect(parseUsd(formatUsd(usd(amount)))).toBe(amount)
    }),
    runs(),
  )
})

test('text that is no amount is refused with a sentence', () => {
  const DECIMAL = /^\d{1,12}(\.\d{1,8})?$/
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.constantFrom('-1', '1.', '.5', '1e8', '0x1', '1.123456789', '999999999999', 'NaN', '١')),
      (text) => {
        if (DECIMAL.test(text) && text !== '999999999999') return
        expect(() => parseUsd(text)).toThrow(/invalid amount/)
      },
    ),
    runs(),
  )
})

test('an amount above zero is never shown as zero', () => {
  fc.assert(
    fc.property(fc.oneof(fc.bigInt(1n, 10n ** 6n), fc.bigInt(1n, MAX_UNITS)), (amount) => {
      expect(showUsd(usd(amount))).toMatch(/[1-9]/)
      expect(showFlow(flow(amount))).toMatch(/[1-9]/)
      expect(showFlow(flow(amount), 'owed')).toMatch(/[1-9]/)
    }),
    runs(),
  )
})
