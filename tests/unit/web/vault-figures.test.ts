import { expect, test } from 'vitest'
import { curlCommand, envFile, pickModel } from '#components/keys/key-snippets.ts'
import { parseTokens, usageOf } from '#components/pricing/estimate.ts'
import { awaitsClaim, estimateUsd, figuresOf, vaultStatus } from '#components/subscriptions/vault-figures.ts'
import type { RecentRequest, VaultReport } from '#hooks/api-types.ts'
import { formatFlow } from '#lib/money/decimal.ts'

const vault = (change: Partial<VaultReport>): VaultReport => ({
  id: '1',
  owner: '0x179b6b1cb6755e31',
  provider: '0xf3fcd2c1a78f5eee',
  serviceName: 'prod-chat',
  status: 'active',
  balance: '10.00000000',
  deposits: '10.00000000',
  paid: '0.00000000',
  refunded: '0.00000000',
  accrued: '0.00000000',
  uncovered: '0.00000000',
  creditUsd: '0.00000000',
  chargedUsd: '0.00000000',
  period: 202_611,
  pendingReturn: null,
  capUsd: null,
  pendingCap: null,
  expiresAt: null,
  pausedFrom: null,
  reminderBelow: null,
  automaticPayment: false,
  withdrawable: '0.00000000',
  approvers: [],
  approvalsRequired: 0,
  lastSequence: '1',
  ...change,
})

test('what is left is the balance without what accrued; what is owed adds what was not covered', () => {
  const { left, owed } = figuresOf(vault({ accrued: '10.00000000', uncovered: '2.50000001' }))
  expect([formatFlow(left), formatFlow(owed)]).toEqual(['0.00000000', '12.50000001'])
})

test.each([
  [{}, 'Active'],
  [{ accrued: '10.00000000' }, 'Out of funds'],
  [{ accrued: '10.00000000', uncovered: '0.00000001' }, 'Out of funds'],
  [{ status: 'paused' }, 'Paused'],
  [{ status: 'closing' }, 'Closing'],
  [{ status: 'closed', balance: '0.00000000' }, 'Closed'],
] as const)('a vault with %o is %s', (change, word) => {
  expect(vaultStatus(vault(change)).word).toBe(word)
})

const request = (change: Partial<RecentRequest>): RecentRequest => ({
  id: 'e1',
  model: 'gpt-4o',
  startedAt: '2026-11-21T01:00:00.000Z',
  inputTokens: '10',
  outputTokens: '20',
  status: 'success',
  cacheHit: false,
  ...change,
})

test('failed calls and cache hits cost nothing', () => {
  const models = [{ model: 'gpt-4o', tokens: '30', requests: '3', usd: '0.00000030' }]
  const asked = [{}, { status: 'failure' }, { cacheHit: true }, { inputTokens: null }] as const
  expect(asked.map((change) => estimateUsd(request(change), { period: 202611, models }))).toEqual([30n, 0n, 0n, 20n])
})

test('a request’s part of its model’s cost rounds down, and is 0 for a model without usage', () => {
  const models = [{ model: 'gpt-4o', tokens: '90', requests: '3', usd: '0.00000100' }]
  const usage = { period: 202611, models }
  expect(estimateUsd(request({}), usage)).toBe(33n)
  expect(estimateUsd(request({ model: 'gpt-4' }), usage)).toBe(0n)
})

test('a request of the month before has no part in the cost of this one', () => {
  const models = [{ model: 'gpt-4o', tokens: '90', requests: '3', usd: '0.00000100' }]
  expect(estimateUsd(request({}), { period: 202612, models })).toBeNull()
})

test('the estimator adds rows of one model and leaves out what is no number or no name', () => {
  const rows = [
    { id: 1, model: ' GPT-4 ', tokens: '1,000' },
    { id: 2, model: 'gpt-4', tokens: '500' },
    { id: 3, model: 'not a model', tokens: '5' },
    { id: 4, model: 'llama', tokens: '1e9' },
  ]
  expect([...usageOf(rows)]).toEqual([['gpt-4', 1500n]])
  expect([parseTokens('12_000'), parseTokens('-1'), parseTokens('9'.repeat(16))]).toEqual([12_000n, 0n, 0n])
})

test('snippets name the key, the address and a model that answers', () => {
  expect(pickModel(['claude-3-opus', 'gpt-4o'])).toBe('gpt-4o')
  expect(pickModel(['text-embedding-3-small', 'mine'])).toBe('mine')
  expect(curlCommand('http://localhost:3003/api/v1/llm', 'sk-1', 'gpt-4o')).toBe(
    [
      'curl http://localhost:3003/api/v1/llm/chat/completions \\',
      "  -H 'Authorization: Bearer sk-1' \\",
      "  -H 'Content-Type: application/json' \\",
      `  -d '{"model":"gpt-4o","messages":[{"role":"user","content":"Say hello in one word."}]}'`,
    ].join('\n'),
  )
  expect(envFile('http://localhost:3003/api/v1/llm', 'sk-1')).toBe(
    'OPENAI_BASE_URL=http://localhost:3003/api/v1/llm\nOPENAI_API_KEY=sk-1\n',
  )
})

test('an owner is asked to accept a vault that was given to them, but not one that is closed', () => {
  const asked = (status: VaultReport['status'], claimed: boolean) => awaitsClaim({ vault: vault({ status }), claimed })
  expect([asked('active', false), asked('closing', false), asked('active', true)]).toEqual([true, true, false])
  expect([asked('closed', false), asked('closed', true)]).toEqual([false, false])
})
