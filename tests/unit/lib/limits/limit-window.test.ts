import { expect, test } from 'vitest'
import { windowAt, windowBefore } from '#lib/limits/limit-window.ts'

const at = (text: string): Date => new Date(text)

test('a day is the UTC day, whatever the hour', () => {
  for (const instant of ['2026-11-20T00:00:00.000Z', '2026-11-20T23:59:59.999Z']) {
    expect(windowAt('day', at(instant))).toEqual({
      key: '2026-11-20',
      from: at('2026-11-20T00:00:00Z'),
      to: at('2026-11-21T00:00:00Z'),
    })
  }
})

test('a month is the UTC month, also the last of a year', () => {
  expect(windowAt('month', at('2026-12-31T23:59:59.999Z'))).toEqual({
    key: '2026-12',
    from: at('2026-12-01T00:00:00Z'),
    to: at('2027-01-01T00:00:00Z'),
  })
})

test('a limit for ever has one window without an end', () => {
  expect(windowAt('all', at('2026-11-20T10:00:00Z'))).toEqual({ key: 'all', from: null, to: null })
})

test('the window before ends where the window begins', () => {
  const march = windowAt('month', at('2028-03-15T00:00:00Z'))
  expect(windowBefore('month', march)).toMatchObject({ key: '2028-02', to: march.from })
  expect(windowBefore('day', windowAt('day', at('2028-03-01T00:00:00Z')))).toMatchObject({ key: '2028-02-29' })
  expect(windowBefore('all', windowAt('all', at('2028-03-01T00:00:00Z')))).toBeNull()
})
