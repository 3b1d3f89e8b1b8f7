import { describe, expect, test } from 'vitest'
import { type CallFacts, compareCall, showCost } from '#lib/reconciliation/compare-call.ts'
import { compareTotals, type OnlyHere, type Totals } from '#lib/reconciliation/compare-totals.ts'
import { type Difference, resultOf } from '#lib/reconciliation/difference.ts'

const call: CallFacts = {
  status: 'success',
  cacheHit: false,
  model: 'gpt-4',
  inputTokens: 100n,
  outputTokens: 50n,
  billableTokens: 150n,
  litellmCost: 6_000_000_000n,
}
const failed: CallFacts = { ...call, status: 'failure', inputTokens: null, outputTokens: null, billableTokens: 0n }

describe('a call in both books', () => {
  test('is the same when all that bills is the same', () => {
    expect(compareCall('id', call, { ...call })).toBeNull()
    expect(compareCall('id', { ...call, litellmCost: null }, { ...call, litellmCost: 0n })).toBeNull()
  })

  test.each<[string, Partial<CallFacts>]>([
    ['in: 100 here, 101 in LiteLLM', { inputTokens: 101n }],
    ['out: 50 here, none in LiteLLM', { outputTokens: null }],
    ['billed: 150 here, 149 in LiteLLM', { billableTokens: 149n }],
    ['model: gpt-4 here, gpt-4o in LiteLLM', { model: 'gpt-4o' }],
    ['outcome: success here, from cache in LiteLLM', { cacheHit: true }],
    ['outcome: success here, failure in LiteLLM', { status: 'failure' }],
  ])('differs: %s', (detail, theirs) => {
    const found = compareCall('id', call, { ...call, ...theirs })
    expect(found).toMatchObject({ kind: 'counts_differ', id: 'id', explanation: null })
    expect(found?.detail).toContain(detail)
  })

  test('that cost nothing may name another model or count tokens that nobody bills', () => {
    expect(compareCall('id', failed, { ...failed, model: 'unknown', inputTokens: 13n })).toBeNull()
  })

  test('differs by 1e-12 USD', () => {
    const found = compareCall('id', call, { ...call, litellmCost: 6_000_000_001n })
    expect(found?.detail).toBe('cost: 0.006000000000 USD here, 0.006000000001 in LiteLLM')
    expect(showCost(-1n)).toBe('-0.000000000001')
  })
})

const totals = (successes: bigint, failures: bigint, cost = 0n): Totals => ({ successes, failures, cost })
const only = (more: Partial<OnlyHere> = {}): OnlyHere => ({
  id: 'ours',
  isFailure: false,
  cost: 5n,
  model: 'gpt-4',
  billableTokens: 150n,
  isGenuine: true,
  ...more,
})
const kinds = (differences: readonly Difference[]) =>
  differences.map(({ kind, explanation }) => `${kind}: ${explanation ?? 'unexplained'}`)

describe('a call that only we have', () => {
  test.each([
    ['is explained when LiteLLM’s totals count it', totals(11n, 2n, 105n), only(), 'only_here: counted_by_litellm'],
    ['is unexplained when they don’t', totals(10n, 2n, 100n), only(), 'only_here: unexplained'],
    ['is unexplained when they count a failure instead', totals(10n, 3n, 105n), only(), 'only_here: unexplained'],
    ['is unexplained when they cost otherwise', totals(11n, 2n, 200n), only(), 'only_here: unexplained'],
    ['waits while the day runs', 'running' as const, only(), 'only_here: day_not_over'],
    ['is unexplained where LiteLLM has no totals', null, only(), 'only_here: unexplained'],
    [
      'is unexplained when its identity isn’t its key’s',
      totals(11n, 2n, 105n),
      only({ isGenuine: false }),
      'only_here: unexplained',
    ],
  ])('%s', (_what, counted, call, expected) => {
    const found = compareTotals({ rows: totals(10n, 2n, 100n), onlyHere: [call], counted })
    expect(kinds(found)[0]).toBe(expected)
  })
})

describe('LiteLLM’s totals of the day', () => {
  const rows = totals(10n, 2n, 1_000n)
  test('agree, but for the rounding of binary floats', () => {
    expect(compareTotals({ rows, onlyHere: [], counted: totals(10n, 2n, 1_020n) })).toEqual([])
    expect(kinds(compareTotals({ rows, onlyHere: [], counted: totals(10n, 2n, 1_100n) }))).toEqual([
      'total_cost_differs: unexplained',
    ])
  })

  test('have calls that neither book has', () => {
    expect(kinds(compareTotals({ rows, onlyHere: [], counted: totals(11n, 2n, 1_000n) }))).toEqual([
      'lost_by_both: unexplained',
    ])
  })
})

test('a day is only as good as its worst difference', () => {
  const explained: Pick<Difference, 'explanation'> = { explanation: 'polled_in' }
  expect(resultOf([])).toBe('matches')
  expect(resultOf([explained])).toBe('explained')
  expect(resultOf([explained, { explanation: null }])).toBe('unexplained')
})
