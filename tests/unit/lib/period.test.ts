import { expect, test } from 'vitest'
import { isPeriod, nextPeriod, periodLabel, periodOf, periodStart, previousPeriod } from '#lib/period/period.ts'

test('a call belongs to the UTC month of its start, whatever the local zone', () => {
  expect(periodOf(new Date('2026-11-30T23:59:59.999Z'))).toBe(202_611)
  expect(periodOf(new Date('2026-12-01T00:00:00.000Z'))).toBe(202_612)
  expect(periodOf(new Date('2026-12-01T01:00:00+02:00'))).toBe(202_611)
})

test('periods follow each other across the year', () => {
  expect(nextPeriod(202_612)).toBe(202_701)
  expect(previousPeriod(202_701)).toBe(202_612)
  expect(periodStart(202_701).toISOString()).toBe('2027-01-01T00:00:00.000Z')
  expect(periodLabel(202_611)).toBe('Nov 2026')
})

test('what is no month of the calendar is no period', () => {
  expect([202_600, 202_613, 20_261, 202_611.5].map(isPeriod)).toEqual([false, false, false, false])
  expect(() => periodOf(new Date('nonsense'))).toThrow(/not a valid date/)
})
