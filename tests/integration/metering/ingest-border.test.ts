import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIngestWriter, type IngestInput, type IngestResult } from '#services/metering/index.ts'
import { createOracleApp } from '#services/oracle/app.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { events } from '#services/platform/db/schema/index.ts'
import { createTestContext, TEST_SECRET, type TestContext } from '#tests/support/context.ts'
import { oddFields } from '#tests/support/odd-fields.ts'
import { signedHeaders } from '#tests/support/oracle-process.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'
import { wrongSums } from '#tests/support/usage-sums.ts'
import { runs } from '../../property/runs.ts'

const MOST_ITEMS = 12
const PATIENCE_MS = 600_000

let opened: TestContext
let ctx: ServiceContext
let keyHash: string

beforeAll(async () => {
  opened = await createTestContext({ variables: { LOG_LEVEL: 'silent' } })
  ctx = opened.ctx
  keyHash = await giveKey(ctx, 7n)
})
afterAll(() => opened[Symbol.asyncDispose]())

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 40 }),
  fc.constantFrom(
    '',
    '\0',
    '\ud800',
    '{',
    '}',
    '","',
    '\\',
    "'; drop table events; --",
    'NULL',
    '\u202e',
    'é'.repeat(9_999),
  ),
)
const count = fc.oneof(
  fc.nat().map(String),
  fc.constantFrom('-1', '0', '1e3', '9'.repeat(15), '9'.repeat(16), ' 1', '٣'),
  text,
)
const time = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom(
    '2026-11-20T10:00:00+23:59',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
    '2026-02-30T00:00:00Z',
  ),
  text,
)
/** Stands for nesting that only text can hold: whoever walks through it comes to the end of the stack. */
const DEEP = 'a very deep value'
const NESTED = '['.repeat(50_000) + ']'.repeat(50_000)
const toJson = (value: unknown): string => (JSON.stringify(value) ?? '').replaceAll(JSON.stringify(DEEP), NESTED)
const anything = fc.oneof(fc.jsonValue(), text, fc.double(), fc.constant(DEEP))
const odd = <T>(usual: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 6, arbitrary: usual }, { weight: 1, arbitrary: anything })

/** What a field of an event may be instead. */
const ODD: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  callId: odd(text),
  keyHash: odd(fc.stringMatching(/^[0-9a-f]{64}$/)),
  startedAt: odd(time),
  endedAt: odd(time),
  model: odd(fc.oneof(text, fc.stringMatching(/^[A-Za-z0-9._:/@-]{1,128}$/))),
  servedModel: odd(text),
  provider: odd(text),
  inputTokens: odd(count),
  outputTokens: odd(count),
  cachedTokens: odd(count),
  cacheWriteTokens: odd(count),
  reasoningTokens: odd(count),
  litellmCostUsd: odd(fc.oneof(text, fc.double().map(String), fc.constantFrom('nan', '1e308', '-1'))),
  status: odd(fc.constantFrom('success', 'failure')),
  cacheHit: odd(fc.boolean()),
  latencyMs: odd(fc.oneof(fc.double(), fc.integer(), fc.constant(2 ** 53))),
  endUser: odd(text),
  organization: odd(text),
  conversation: odd(text),
  feature: odd(text),
  traceId: odd(text),
  tags: odd(fc.array(anything, { maxLength: 50 })),
  ['__proto__']: anything,
  unknown: anything,
}
/** An event is odd in a field or two, and has a valid identity, so that some get as far as the database. */
const oddities = oddFields(ODD)
const item = fc.oneof(
  { weight: 8, arbitrary: oddities.map((more) => ({ ...usageEvent(keyHash), ...more })) },
  { weight: 1, arbitrary: anything },
)
const delivery = fc
  .array(item, { maxLength: MOST_ITEMS })
  .map((items) => toJson({ source: 'flareflow-meter', version: 1, events: items }))
const body = fc.oneof(
  { weight: 9, arbitrary: delivery },
  { weight: 1, arbitrary: anything.map(toJson) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
)

type Ingest = (input: IngestInput) => Promise<IngestResult>

/** Holds for each answer: no fault of ours, JSON, and of a delivery that was taken every item is told of. */
async function answersWell(ingest: Ingest, given: string, isSigned: boolean): Promise<number> {
  const app = createOracleApp({ ctx, ingest, workers: () => [] })
  const bearer = { 'content-type': 'application/json', authorization: `Bearer ${TEST_SECRET}` }
  const headers = isSigned ? signedHeaders(given) : bearer
  const response = await app.request('/webhook/usage', { method: 'POST', headers, body: given })
  const answer = (await response.json()) as { stored?: number; duplicates?: number; rejected?: unknown[] }
  if (response.status >= 500) throw new Error(`${response.status}: ${JSON.stringify(answer)}`)
  const { stored = 0, duplicates = 0, rejected = [] } = answer
  if (response.status === 200) {
    const { events: items } = JSON.parse(given) as { events: unknown[] }
    if (stored + duplicates + rejected.length !== items.length) throw new Error('an item was not accounted for')
  }
  return stored
}

test(
  'no delivery makes the collector fail, whatever is in it; what it stores adds up',
  async () => {
    const ingest = createIngestWriter(ctx)
    let stored = 0
    const answers = fc.asyncProperty(body, fc.boolean(), async (given, isSigned) => {
      const now = await answersWell(ingest, given, isSigned)
      stored += now
    })
    await fc.assert(answers, { ...runs(200), endOnFailure: true })
    expect(stored).toBeGreaterThan(30)
    expect(await ctx.db.$count(events)).toBe(stored)
    expect(await wrongSums(ctx.db)).toEqual([])
  },
  PATIENCE_MS,
)

test('a collector that trusts what it is sent is found out', async () => {
  const careless: Ingest = ({ items }) => {
    const named = items.filter(({ raw }) => (raw as { endUser: string | null }).endUser?.trim())
    return Promise.resolve({ stored: named.length, duplicates: items.length - named.length, rejected: [] })
  }
  const answers = fc.asyncProperty(body, (given) => answersWell(careless, given, true).then(() => undefined))
  await expect(fc.assert(answers, { numRuns: 400 })).rejects.toThrow('Property failed')
})
