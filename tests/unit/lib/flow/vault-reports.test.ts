import { expect, test } from 'vitest'
import { chainTime } from '#lib/flow/chain-values.ts'
import { readVaultReports } from '#lib/flow/vault-report.ts'

test('a time of any UInt64 is read; one beyond the year 9999 as its end', () => {
  const read = ['0', '253402300799', '253402300800', '999999999999', (2n ** 64n - 1n).toString()]
  expect(read.map((seconds) => chainTime.parse(seconds).toISOString())).toEqual([
    '1970-01-01T00:00:00.000Z',
    ...read.slice(1).map(() => '9999-12-31T23:59:59.000Z'),
  ])
})

test('reports that can’t be read are told of by number, or without one if they have none', () => {
  const { reports, unreadable } = readVaultReports([{ id: '7', owner: 'nobody' }, null])
  expect(reports).toEqual([])
  expect(unreadable).toEqual([
    { id: '7', fault: expect.stringContaining('owner') },
    { id: null, fault: expect.any(String) as string },
  ])
})
