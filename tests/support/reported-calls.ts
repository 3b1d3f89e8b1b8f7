import type { SeededCall } from './seeded-usage.ts'

interface ReportedVaults {
  readonly one: bigint
  readonly two: bigint
  readonly foreign: bigint
  readonly now: Date
}

const DAY_MS = 86_400_000
/** A user's name that a spreadsheet would run. */
const EMBEDDED = '=cmd|" /C calc"!A0'

/** 60 days of calls of two vaults of one customer and a third of another's. */
export function reportedCalls({ one, two, foreign, now }: ReportedVaults): SeededCall[] {
  return Array.from({ length: 900 }, (_, i) => ({
    vault: [one, one, two, one, foreign][i % 5] ?? one,
    at: new Date(now.getTime() - Math.floor((i * 60 * DAY_MS) / 900)).toISOString(),
    model: ['gpt-4', 'claude-3-opus', 'gpt-3.5-turbo'][i % 3] ?? '',
    input: 1_000 + 37 * (i % 29),
    output: 100 + (i % 13),
    usd: `0.0${100 + (i % 97)}`,
    user: ['ann', 'bob', EMBEDDED, undefined][i % 4],
    feature: ['chat', 'search', 'mail'][i % 3],
    conversation: i % 2 === 0 ? `c${i % 20}` : undefined,
    agent: `agent ${i % 2}`,
    team: `team ${i % 3}`,
    organisation: 'acme',
    status: i % 31 === 0 ? 'failure' : 'success',
    cacheHit: i % 41 === 0,
  }))
}
