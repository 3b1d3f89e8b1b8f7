import { expect, test } from 'vitest'
import { usageReportQuery } from '#services/reports/index.ts'

const ALL = { from: '2026-09-01', to: '2026-11-21' }

test.each([
  [{ from: '2026-11-01', to: '2026-11-01' }, 'must be after'],
  [{ from: '2026-01-01', to: '2026-11-01', every: 'day' }, 'at most 92 days'],
  [{ from: '2026-13-01' }, 'must be a day'],
  [{ from: '1999-01-01' }, '2000'],
  [{ account: 'vault:18446744073709551616' }, 'account'],
  [{ by: 'constructor' }, 'Invalid option'],
  [{ limit: '0' }, 'Too small'],
])('%j is refused: %s', (query, sentence) => {
  const { error } = usageReportQuery.safeParse({ ...ALL, ...query })
  expect(error?.message).toContain(sentence)
})
