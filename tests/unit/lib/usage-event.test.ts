import { expect, test } from 'vitest'
import { canonicalLeaf } from '#lib/metering/canonical-leaf.ts'
import { normalizeModelName } from '#lib/metering/model-name.ts'
import { billableTokens, usageEventSchema, type UsageEventWire } from '#lib/metering/usage-event.ts'

const wire: UsageEventWire = {
  id: 'event-0001',
  callId: 'call-1',
  keyHash: 'a'.repeat(64),
  startedAt: '2026-11-21T10:00:00.000Z',
  endedAt: '2026-11-21T10:00:01.000Z',
  model: 'gpt-4',
  inputTokens: '900',
  outputTokens: '100',
  cachedTokens: '800',
  reasoningTokens: '50',
  status: 'success',
}

test('cached and reasoning tokens are parts of what is billed, not additions', () => {
  expect(billableTokens(usageEventSchema.parse(wire))).toBe(1_000n)
})

test('failed calls and cache hits bill nothing', () => {
  expect(billableTokens(usageEventSchema.parse({ ...wire, status: 'failure' }))).toBe(0n)
  expect(billableTokens(usageEventSchema.parse({ ...wire, cacheHit: true }))).toBe(0n)
})

test('a missing count stays missing', () => {
  const { inputTokens: _, ...rest } = wire
  expect(usageEventSchema.parse(rest).inputTokens).toBeNull()
})

test.each(['-1', '1.5', '1e3', '', '9'.repeat(16), ' 1'])('a token count of "%s" is refused', (inputTokens) => {
  expect(usageEventSchema.safeParse({ ...wire, inputTokens }).success).toBe(false)
})

test('model names are lower-cased by ASCII rules alone', () => {
  expect(normalizeModelName('OpenAI/GPT-4o:Latest')).toBe('openai/gpt-4o:latest')
  expect(normalizeModelName('\u212a')).toBeNull()
  expect(normalizeModelName('with space')).toBeNull()
  expect(normalizeModelName('x'.repeat(129))).toBeNull()
})

test('the leaf of an event is one fixed text', () => {
  const facts = {
    id: 'event-0001',
    vaultId: 7n,
    period: 202_611,
    ordinal: 0,
    keyHash: 'ab',
    startedAt: new Date('2026-11-21T10:00:00Z'),
    model: 'gpt-4',
    inputTokens: 900n,
    outputTokens: 100n,
    billableTokens: 1_000n,
  }
  expect(canonicalLeaf(facts)).toBe(
    '{"v":1,"id":"event-0001","vault":"7","period":202611,"ordinal":0,"key":"ab","at":"2026-11-21T10:00:00.000Z",' +
      '"model":"gpt-4","input":"900","output":"100","billable":"1000"}',
  )
})
