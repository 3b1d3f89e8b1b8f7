import { expect, test } from 'vitest'
import { EMPTY_FRONTIER } from '#lib/merkle/frontier.ts'
import { merkleRoot } from '#lib/merkle/proof.ts'
import { appendEvents, type PeriodState } from '#services/metering/append.ts'
import { readItem } from '#services/metering/read-item.ts'
import type { PaidCandidate } from '#services/metering/schemas.ts'
import { TEST_SECRET } from '#tests/support/context.ts'
import { usageEvent } from '#tests/support/usage-events.ts'

const empty: PeriodState = {
  vaultId: 1n,
  period: 202_611,
  frontier: EMPTY_FRONTIER,
  tokens: 0n,
  billedModels: new Set(),
}
const conditions = { road: 'plugin' as const, secret: TEST_SECRET, now: new Date('2026-11-21T00:00:00Z') }

function call(more: Parameters<typeof usageEvent>[1] = {}): PaidCandidate {
  const read = readItem({ raw: usageEvent('ab'.repeat(32), more) }, 0, conditions)
  if (!read.ok) throw new Error(read.refusal.reason)
  return { ...read.candidate, vaultId: 1n, account: 'vault:1', wallet: '0x01cf0e2f2f715450', accountKey: null }
}

test('appending in parts gives the tree of appending all at once', () => {
  const calls = Array.from({ length: 23 }, (_, i) => call({ inputTokens: String(i), model: i % 2 ? 'GPT-4' : 'llama' }))
  const whole = appendEvents(empty, calls)
  const first = appendEvents(empty, calls.slice(0, 9))
  const second = appendEvents(first.state, calls.slice(9))
  const leaves = whole.placed.map(({ leafHash }) => leafHash)
  expect(second.root).toBe(merkleRoot(leaves))
  expect(second.state.tokens).toBe(whole.state.tokens)
  expect(second.placed.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 14 }, (_, i) => i + 9))
  expect(whole.changes.map(({ model, requests }) => [model, requests])).toEqual([
    ['llama', 12n],
    ['gpt-4', 11n],
  ])
})

test('the period is the UTC month of the start, and the failed attempt has an identity of its own', () => {
  expect(call({ startedAt: '2026-11-01T00:30:00+01:00' }).period).toBe(202_610)
  const failed = call({ status: 'failure', inputTokens: null, outputTokens: null, model: 'not a model!' })
  expect(failed.identity).toMatch(/:failure$/)
  expect(failed).toMatchObject({ billableTokens: 0n, event: { model: 'unknown' } })
})
