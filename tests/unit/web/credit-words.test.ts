import { describe, expect, test } from 'vitest'
import { endFault, firstEndDay } from '#components/admin/end-day.ts'
import { barEntries, isCurrent, navEntries } from '#components/shell/nav-entries.ts'
import { keyFaults, testInWords } from '#components/byok/byok-words.ts'
import { draftOf, nameFault, textOf } from '#components/account-keys/key-draft.ts'
import {
  capPercent,
  entryTitle,
  grantSentences,
  monthLabel,
  plainUsd,
  runningWords,
  showChange,
  usdFault,
} from '#components/credits/credit-words.ts'
import { factsOf } from '#components/playground/playground-words.ts'
import { findKeyProvider } from '#lib/byok/providers.ts'
import type { HistoryEntry } from '#hooks/credit-types.ts'

describe('credits', () => {
  test('a change has its sign, and one that is not zero never reads as zero', () => {
    expect(showChange('10.00000000')).toBe('+$10.00')
    expect(showChange('-0.00000001')).toBe('−$0.00000001')
    expect(showChange('0.00000000')).toBe('$0.00')
  })

  test('a month is told by its name', () => {
    expect(monthLabel('2026-11')).toBe('Nov 2026')
  })

  test('the cap counts what is spent and what is held', () => {
    const month = { period: '2026-11', spent_usd: '30.00000000', held_usd: '10.00000000', cap_usd: '50.00000000' }
    expect(capPercent(month)).toBe(80)
    expect(capPercent({ ...month, cap_usd: null })).toBeNull()
    expect(capPercent({ ...month, cap_usd: '0.00000000' })).toBe(100)
  })

  test('how many requests are running is told, also when none is', () => {
    expect([0, 1, 2, 1_200].map((held_requests) => runningWords({ held_requests }))).toEqual([
      'no request running',
      '1 request running',
      '2 requests running',
      '1,200 requests running',
    ])
  })

  test('given credits that end are told, soonest first, and those that are used up are not', () => {
    const grant = (remaining_usd: string, expires_at: string) => ({ remaining_usd, amount_usd: '5', expires_at })
    const grants = [
      grant('2.00000000', '2026-12-20T00:00:00Z'),
      grant('1.00000000', '2026-12-01T12:00:00Z'),
      grant('0.00000000', '2026-12-02T00:00:00Z'),
    ]
    expect(grantSentences({ grants }, 'UTC')).toEqual([
      '$1.00 of it ends Dec 1, 12:00',
      '$2.00 of it ends Dec 20, 00:00',
    ])
  })

  test('an amount above 0 is taken, anything else is told', () => {
    expect(usdFault(' 12.5 ')).toBeUndefined()
    expect(usdFault('0')).toBe('Give an amount above 0.')
    expect(usdFault('ten')).toMatch(/^The amount is not valid/)
    expect(usdFault('-1')).toMatch(/^The amount is not valid/)
    expect([plainUsd('50.00000000'), plainUsd('0.50000000'), plainUsd('100')]).toEqual(['50', '0.5', '100'])
  })

  test('a line of usage is its model, anything else what it is described as', () => {
    const entry = { type: 'usage', model: 'gpt-4o', description: 'a chat' } as HistoryEntry
    expect(entryTitle(entry)).toBe('gpt-4o')
    expect(entryTitle({ ...entry, type: 'bonus', model: null, description: 'Welcome' })).toBe('Welcome')
    expect(entryTitle({ ...entry, type: 'refund', model: null, description: '' })).toBe('Refund')
  })
})

describe('keys', () => {
  test('a form and a key say the same', () => {
    const key = { name: ' prod ', power: null, models: ['gpt-4o', 'llama-3-70b'] }
    expect(draftOf(textOf(key))).toEqual({ ...key, name: 'prod' })
    expect(draftOf({ name: 'x', power: 'eco', models: ' ' })).toEqual({ name: 'x', power: 'eco', models: null })
    expect([nameFault(' '), nameFault('x'.repeat(81)), nameFault('x')]).toEqual([
      'Give the key a name.',
      'Use at most 80 characters.',
      undefined,
    ])
  })

  test('a provider’s key must look like one, and another address must be https', () => {
    expect(keyFaults('groq', `gsk_${'a'.repeat(20)}`, '')).toEqual({ key: undefined, address: undefined })
    expect(keyFaults('groq', 'sk-nothing', 'http://10.0.0.1').key).toBe('Enter a key that starts with gsk_.')
    expect(keyFaults('groq', 'sk-nothing', 'http://10.0.0.1').address).toMatch(/starts with https:/)
  })

  test('a test of a key is told by who refused it', () => {
    const groq = findKeyProvider('groq')
    if (!groq) throw new Error('groq is a provider')
    const at = { tested_at: '2026-11-30T00:00:00Z' }
    expect(testInWords({ outcome: 'valid', status: 200, ...at }, groq).tone).toBe('ok')
    expect(testInWords({ outcome: 'refused', status: 401, ...at }, groq).title).toMatch(/^Groq refuses/)
    expect(testInWords({ outcome: 'unreachable', status: null, ...at }, groq).title).toMatch(/gave no answer/)
    expect(testInWords({ outcome: 'unreachable', status: 500, ...at }, groq).title).toMatch(/answered 500/)
  })
})

test('an answer tells its tokens, its time and who counted', () => {
  const end = { model: 'm', costUsd: '1', heldUsd: '0.00960000', requestId: null, ms: 2_140 }
  expect(factsOf({ ...end, inputTokens: 88, outputTokens: 1_310, usageSource: 'provider' })).toEqual([
    '88 in, 1,310 out',
    '2.1 s',
    'held $0.00960000 meanwhile',
    'counted by the provider',
  ])
  expect(factsOf({ ...end, heldUsd: null, inputTokens: null, outputTokens: null, usageSource: null })).toEqual([
    '2.1 s',
  ])
})

describe('the navigation', () => {
  const nobody = { admin: false, provider: false, oracle: false }
  const hrefs = (entries: { href: string }[]): string[] => entries.map(({ href }) => href)

  test('draws no role that somebody lacks', () => {
    expect(hrefs(navEntries(nobody))).not.toContain('/revenue')
    expect(hrefs(navEntries(nobody))).not.toContain('/admin/credits')
    expect(hrefs(navEntries({ ...nobody, admin: true }))).toContain('/admin/credits')
  })

  test.each([undefined, nobody, { ...nobody, provider: true }, { ...nobody, provider: true, admin: true }])(
    'a phone’s bar has four entries, and the rest is behind More: %o',
    (roles) => {
      const { bar, more } = barEntries(roles)
      expect(bar).toHaveLength(4)
      expect([...hrefs(bar), ...hrefs(more)].sort()).toEqual(hrefs(navEntries(roles)).sort())
      expect(hrefs(bar).includes('/revenue')).toBe(roles?.provider ?? false)
    },
  )

  test('a page below an entry is in it', () => {
    expect(isCurrent('/credits/keys', '/credits')).toBe(true)
    expect(isCurrent('/credits', '/')).toBe(false)
  })
})

test('what an admin gives ends on a day to come, or never', () => {
  const now = new Date('2026-11-30T23:59:59Z')
  expect(firstEndDay(now)).toBe('2026-12-01')
  expect(['', '2026-12-01', '2027-01-01'].map((day) => endFault(day, now))).toEqual([undefined, undefined, undefined])
  expect(['2000-01-01', '2026-11-30'].map((day) => endFault(day, now))).not.toContain(undefined)
})
