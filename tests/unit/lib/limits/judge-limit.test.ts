import { describe, expect, test } from 'vitest'
import { armAnew, judgeLimit, thresholdIdentity } from '#lib/limits/judge-limit.ts'

describe('what usage means for a limit', () => {
  test.each([
    [0n, [], 0n],
    [499n, [], 49n],
    [500n, [50], 50n],
    [799n, [50], 79n],
    [800n, [50, 80], 80n],
    [999n, [50, 80], 99n],
    [1000n, [50, 80, 100], 100n],
    [2500n, [50, 80, 100], 250n],
  ])('%i of 1000 reaches %j', (used, reached, percent) => {
    expect(judgeLimit({ kind: 'soft', amount: 1000n }, used)).toEqual({ reached, blocked: false, percent })
  })

  test('a hard limit blocks from its amount on, not before; a soft one never', () => {
    expect(judgeLimit({ kind: 'hard', amount: 10n }, 9n).blocked).toBe(false)
    expect(judgeLimit({ kind: 'hard', amount: 10n }, 10n).blocked).toBe(true)
    expect(judgeLimit({ kind: 'soft', amount: 10n }, 10_000n).blocked).toBe(false)
  })
})

describe('a threshold is told once a window', () => {
  const limit = { id: 'limit_1', armings: {} }

  test('the same window and threshold have one identity, others another', () => {
    const identity = thresholdIdentity(limit, '2026-11', 80)
    expect(thresholdIdentity(limit, '2026-11', 80)).toBe(identity)
    expect(thresholdIdentity(limit, '2026-12', 80)).not.toBe(identity)
    expect(thresholdIdentity(limit, '2026-11', 100)).not.toBe(identity)
  })

  test('raising the limit arms what is below again, and leaves what is still reached', () => {
    const before = thresholdIdentity(limit, '2026-11', 80)
    const armings = armAnew({}, { amount: 130n, used: 80n, window: '2026-11', revision: 2 })
    const raised = { ...limit, armings }
    expect(thresholdIdentity(raised, '2026-11', 50)).toBe(thresholdIdentity(limit, '2026-11', 50))
    expect(thresholdIdentity(raised, '2026-11', 80)).not.toBe(before)
  })

  test('arming in one window tells nothing anew of the window before', () => {
    const armings = armAnew({}, { amount: 130n, used: 0n, window: '2026-11-21', revision: 2 })
    expect(thresholdIdentity({ ...limit, armings }, '2026-11-20', 80)).toBe(thresholdIdentity(limit, '2026-11-20', 80))
  })

  test('lowering the limit arms nothing that is reached', () => {
    expect(armAnew({}, { amount: 10n, used: 80n, window: '2026-11', revision: 2 })).toEqual({})
  })
})
