import { expect, test } from 'vitest'
import { parseUsd } from '#lib/money/decimal.ts'
import type { Usd } from '#lib/money/units.ts'
import { DEFAULT_SCHEDULE, type Schedule } from '#lib/pricing/schedule.ts'
import { worstPrice } from '#lib/pricing/worst-price.ts'
import { decideBatch } from '#services/vault-holds/decide-batch.ts'
import type { ReportRow } from '#services/vault-holds/store.ts'

const [OCTOBER, NOVEMBER] = [202_610, 202_611]
const NOW = new Date('2026-11-01T00:00:10Z')
const AT = NOW.toISOString()
const LATE_TOKENS = 10_000n

/** The default prices, so many times as high. */
const dearer = (times: bigint): Schedule => ({
  ...DEFAULT_SCHEDULE,
  multipliers: [{ all: [], bps: 10_000n * times }],
})

/** A vault of 10 USD that the chain has charged in November already. */
const report: ReportRow = {
  vault_id: '7',
  owner: '0x1',
  status: 'active',
  balance: '1000000000',
  accrued: '0',
  uncovered: '0',
  credit_usd: '0',
  period: NOVEMBER,
  charged_usd: '0',
  cap_usd: null,
  pending_cap_usd: null,
  return_asked: false,
  return_amount: null,
  expires_at: null,
  paused_from: null,
  settled: {},
  read_at: AT,
  usd_per_flow: '100000000',
  settle_delay_ms: 60_000,
  terms_read_at: AT,
  followed_at: AT,
}

/** What is left for a request of November when October used tokens that have not settled. */
function affordable(october: Schedule, november: Schedule): Usd {
  const standing = {
    held: null,
    used: [{ vault: '7', period: OCTOBER, model: 'gpt-4', tokens: LATE_TOKENS.toString() }],
    keys: [{ vault: '7', hash: 'hash', maker: '0x1', made_at: AT, blocks: null }],
    holds: null,
    metered: null,
  }
  const schedules = new Map([
    [OCTOBER, october],
    [NOVEMBER, november],
  ])
  const request = {
    id: 'call',
    vaultId: 7n,
    keyHash: 'hash',
    tokens: 10n ** 12n,
    models: ['gpt-4'],
    expiresAt: NOW,
    facts: {},
  }
  const [decision] = decideBatch({ now: NOW, reports: [report], standing, schedules }, [request]).decisions
  if (decision?.answer?.ok !== false) throw new Error('the request was to be refused')
  return decision.answer.affordable
}

test.each([
  ['dearer', 4n, 1n],
  ['cheaper', 1n, 4n],
])('what the month before has not settled is worth its own prices when they were %s', (_, october, november) => {
  const late = worstPrice(dearer(october), LATE_TOKENS)
  expect(affordable(dearer(october), dearer(november))).toBe(parseUsd('10') - late)
})
