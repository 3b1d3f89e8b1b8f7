import fc from 'fast-check'
import { expect, test } from 'vitest'
import { apportion } from '#lib/money/apportion.ts'
import { usd } from '#lib/money/units.ts'
import { distributionOf, sorted } from '#lib/reports/distribution.ts'
import { type BillCell, shareBills } from '#lib/reports/share-bills.ts'
import { runs } from './runs.ts'

const amount = fc.bigInt(0n, 10n ** 18n)
const weight = fc.oneof(fc.constant(0n), fc.bigInt(0n, 10n), fc.bigInt(0n, 10n ** 20n))
const total = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((sum, each) => sum + each, 0n)

test('the parts add up to the whole, each less than a unit from its exact share', () => {
  fc.assert(
    fc.property(amount, fc.array(weight, { minLength: 1, maxLength: 30 }), (whole, weights) => {
      const parts = apportion(whole, weights)
      const sum = total(weights)
      expect(total(parts)).toBe(sum === 0n ? 0n : whole)
      parts.forEach((part, i) => {
        const difference = part * sum - whole * (weights[i] ?? 0n)
        expect((difference < 0n ? -difference : difference) < (sum === 0n ? 1n : sum)).toBe(true)
      })
    }),
    runs(),
  )
})

const cells = fc.array(fc.record({ bill: fc.constantFrom('a', 'b', 'c'), weight }), { maxLength: 40 })

test('the cells of a bill and what is outside of them add up to the bill', () => {
  fc.assert(
    fc.property(cells, amount, fc.bigInt(0n, 10n ** 20n), (given, price, outside) => {
      const named: BillCell[] = given.map((cell, i) => ({ ...cell, name: String(i) }))
      const inside = (bill: string) => total(named.filter((cell) => cell.bill === bill).map((cell) => cell.weight))
      const bills = new Map(['a', 'b'].map((bill) => [bill, { usd: usd(price), weight: inside(bill) + outside }]))
      const shares = shareBills(named, bills)
      for (const bill of ['a', 'b']) {
        const shared = total(named.filter((cell) => cell.bill === bill).map((cell) => shares.get(cell) ?? -1n))
        expect(shared <= price).toBe(true)
        const exact = inside(bill) + outside === 0n ? 0n : (price * inside(bill)) / (inside(bill) + outside)
        expect(outside === 0n && inside(bill) > 0n ? shared === price : shared >= exact - 40n).toBe(true)
      }
      expect(named.filter(({ bill }) => bill === 'c').every((cell) => shares.get(cell) === 0n)).toBe(true)
    }),
    runs(),
  )
})

test('the shares do not depend on the order of the cells', () => {
  fc.assert(
    fc.property(cells, amount, (given, price) => {
      const named: BillCell[] = given.map((cell, i) => ({ ...cell, name: String(i) }))
      const bills = new Map([['a', { usd: usd(price), weight: total(named.map((cell) => cell.weight)) }]])
      const [one, other] = [shareBills(named, bills), shareBills(named.toReversed(), bills)]
      for (const cell of named) expect(other.get(cell)).toBe(one.get(cell))
    }),
    runs(),
  )
})

test('percentiles are amounts that somebody has, in order', () => {
  fc.assert(
    fc.property(fc.array(amount, { minLength: 1, maxLength: 300 }), (amounts) => {
      const { p50, p90, p99, max } = distributionOf(sorted(amounts))
      for (const each of [p50, p90, p99, max]) expect(amounts.includes(each)).toBe(true)
      expect(p50 <= p90 && p90 <= p99 && p99 <= max).toBe(true)
      const atMost = (limit: bigint) => amounts.filter((each) => each <= limit).length / amounts.length
      expect(atMost(p50) >= 0.5 && atMost(p90) >= 0.9 && atMost(p99) >= 0.99).toBe(true)
    }),
    runs(),
  )
})
