import { expect, test } from 'vitest'
import {
  amountFault,
  limitName,
  limitStatus,
  subjectOf,
  usedInWords,
  withoutSeparators,
} from '#components/limits/limit-words.ts'
import type { Limit } from '#hooks/use-limits.ts'

const limit: Limit = {
  id: 'limit_1',
  account: 'vault:7',
  scope: 'end_user',
  value: 'ann',
  metric: 'tokens',
  per: 'day',
  kind: 'hard',
  amount: '1000',
  used: '812',
  percent: 81,
  blocked: false,
  resetsAt: '2026-11-21T00:00:00.000Z',
}

test('a limit says whom, how much, what is used and when it begins anew', () => {
  expect(subjectOf(limit, [])).toBe('End user “ann”')
  expect(limitName(limit)).toBe('1,000 tokens a UTC day')
  expect(usedInWords(limit, 'UTC')).toBe('812 tokens of 1,000 tokens used, 81%. Begins anew Nov 21, 00:00.')
  const money: Limit = {
    ...limit,
    metric: 'usd',
    per: 'all',
    amount: '12.50000000',
    used: '0.00000001',
    percent: 0,
    resetsAt: null,
  }
  expect(usedInWords(money, 'UTC')).toBe('$0.00000001 of $12.50 used, 0%.')
})

test('a key that was replaced is told as such', () => {
  const onKey: Limit = { ...limit, scope: 'key', value: 'key_1' }
  const [one, two] = [
    { id: 'key_1', masked: 'ci (sk-ff-…1)' },
    { id: 'key_2', masked: 'app (sk-ff-…2)' },
  ]
  expect(subjectOf(onKey, [one, two])).toBe('Key ci (sk-ff-…1)')
  expect([subjectOf(onKey, [one]), subjectOf(onKey, [two])]).toEqual(['The key', 'A key that was replaced or revoked'])
})

test.each<[Partial<Limit>, string, string]>([
  [{ percent: 10 }, 'ok', 'Stops when used up'],
  [{ percent: 10, kind: 'soft' }, 'ok', 'Warns only'],
  [{ percent: 80 }, 'warn', 'Almost used up'],
  [{ percent: 120, kind: 'soft' }, 'warn', 'Used up, warns only'],
  [{ percent: 120, blocked: true }, 'bad', 'Refused now'],
])('%j is %s: %s', (more, tone, words) => {
  expect(limitStatus({ ...limit, ...more })).toEqual({ tone, words })
})

test.each<[Limit['metric'], string, boolean]>([
  ['tokens', '1', true],
  ['tokens', '0', false],
  ['tokens', '1.5', false],
  ['requests', '9'.repeat(19), false],
  ['usd', '0.00000001', true],
  ['usd', '0.00', false],
  ['usd', '1e3', false],
  ['usd', '', false],
])('%s %s may be sent: %s', (metric, amount, isFine) => {
  expect(amountFault(metric, amount) === undefined).toBe(isFine)
})

test('separators that people write are taken out', () => {
  expect(withoutSeparators('1,000 000_0')).toBe('10000000')
})
