import { describe, expect, test } from 'vitest'
import { type GuardTerms, judgeVault, payableUsd, type PeriodUsage, unsettledUsdOf } from '#lib/keys/judge-vault.ts'
import { unseenTokens } from '#lib/keys/key-floor.ts'
import { parseFlow, parseUsd, parseUsdPerFlow } from '#lib/money/decimal.ts'
import { DEFAULT_SCHEDULE } from '#lib/pricing/schedule.ts'
import { worstPrice } from '#lib/pricing/worst-price.ts'
import { OWNER, vaultReport } from '#tests/support/vault-reports.ts'

const terms: GuardTerms = {
  now: new Date('2026-11-21T12:00:00Z'),
  period: 202_611,
  usdPerFlow: parseUsdPerFlow('1'),
  floorUsd: parseUsd('0.9'),
  settleDelayMs: 60_000,
}
const used = (price: string, more: Partial<PeriodUsage> = {}): PeriodUsage => ({
  period: 202_611,
  priceUsd: parseUsd(price),
  unsettledUsd: parseUsd('0.03'),
  ...more,
})
const judge = (more: Parameters<typeof vaultReport>[0], ...usage: PeriodUsage[]) =>
  judgeVault(vaultReport(more), OWNER, usage, terms)

describe('a key may be used', () => {
  test('with a vault that can pay for more than a key can use unseen', () => {
    expect(judge({})).toEqual([])
    expect(judge({ balance: parseFlow('0.9') })).toEqual([])
  })

  test('with a vault whose limits lie ahead', () => {
    const expiresAt = new Date('2026-11-21T12:01:01Z')
    expect(judge({ expiresAt, capUsd: parseUsd('1.9') }, used('1'))).toEqual([])
  })
})

describe('a key is blocked', () => {
  test('from the moment of a request, not from when it acts', () => {
    const actsAt = new Date('2026-11-22T12:00:00Z')
    expect(judge({ pausedFrom: actsAt })).toEqual(['paused'])
    expect(judge({ status: 'closing', pendingReturn: { amount: null, actsAt, proposal: null } })).toEqual(['closing'])
    expect(judge({ capUsd: parseUsd('50'), pendingCap: { limit: parseUsd('2'), actsAt } }, used('1.5'))).toEqual([
      'capped',
    ])
  })

  test('when the vault is closed or another’s', () => {
    expect(judge({ status: 'closed', balance: parseFlow('0') })).toEqual(['closed'])
    expect(judge({ owner: '0x0000000000000007' })).toEqual(['transferred'])
  })

  test('as long before the expiry as usage needs to settle', () => {
    expect(judge({ expiresAt: new Date('2026-11-21T12:01:00Z') })).toEqual(['expired'])
  })

  test('when the month is less than the floor below its cap, by its meters or by the chain', () => {
    expect(judge({ capUsd: parseUsd('5') }, used('4.10000001'))).toEqual(['capped'])
    expect(judge({ capUsd: parseUsd('5'), period: 202_611, chargedUsd: parseUsd('4.2') })).toEqual(['capped'])
    expect(judge({ capUsd: parseUsd('5'), period: 202_610, chargedUsd: parseUsd('5') })).toEqual([])
  })

  test('when it can pay less than the floor', () => {
    expect(judge({ balance: parseFlow('0.89999999') })).toEqual(['unfunded'])
    expect(judge({}, used('9.2'))).toEqual(['unfunded'])
    expect(judge({ accrued: parseFlow('9.2') })).toEqual(['unfunded'])
    expect(judge({ accrued: parseFlow('10'), uncovered: parseFlow('0.1') })).toEqual(['unfunded'])
    const pendingReturn = { amount: parseFlow('5'), actsAt: terms.now, proposal: null }
    expect(judge({ pendingReturn }, used('4.2'))).toEqual(['unfunded'])
  })

  test('while nothing says what FLOW is worth', () => {
    expect(judgeVault(vaultReport(), OWNER, [], { ...terms, usdPerFlow: null })).toEqual(['unfunded'])
  })
})

describe('what a vault can pay', () => {
  const payable = (more: Parameters<typeof vaultReport>[0], ...usage: PeriodUsage[]) =>
    payableUsd(vaultReport(more), usage, terms)

  test('counts what this month was charged once, and credit first', () => {
    const settled = { period: 202_611, chargedUsd: parseUsd('3'), accrued: parseFlow('3') }
    expect(payable(settled, used('4'))).toBe(parseUsd('6'))
    expect(payable({ ...settled, creditUsd: parseUsd('0.5') }, used('4'))).toBe(parseUsd('6.5'))
  })

  test('is no more for usage that was charged and isn’t known here, as after a restored database', () => {
    const settled = { period: 202_611, chargedUsd: parseUsd('3'), accrued: parseFlow('3') }
    expect(payable(settled, used('2'))).toBe(parseUsd('7'))
    expect(payable(settled)).toBe(parseUsd('7'))
  })

  test('is more for a price that has fallen once the chain has made credit of it', () => {
    const fallen = { period: 202_611, chargedUsd: parseUsd('2'), accrued: parseFlow('3'), creditUsd: parseUsd('1') }
    expect(payable(fallen, used('2'))).toBe(parseUsd('8'))
  })

  test('takes off the highest price for what an earlier month has not settled', () => {
    const settled = { period: 202_611, chargedUsd: parseUsd('3'), accrued: parseFlow('3') }
    const late = used('2', { period: 202_610 })
    expect(payable(settled, late)).toBe(parseUsd('6.97'))
    expect(payable({}, late)).toBe(parseUsd('8'))
  })

  test('is not lessened by what a cap keeps from accruing', () => {
    expect(payable({ capUsd: parseUsd('2') }, used('5'))).toBe(parseUsd('8'))
  })
})

test('a key can use the tokens of one more window than its usage is late, and what its requests exceed', () => {
  const rate = { tokensPerMinute: 10_000, parallelRequests: 5, callTokens: 1_000 }
  expect(unseenTokens(rate, 1)).toBe(30_000n)
  expect(unseenTokens(rate, 60_000)).toBe(30_000n)
  expect(unseenTokens(rate, 60_001)).toBe(45_000n)
  expect(worstPrice(DEFAULT_SCHEDULE, 30_000n)).toBe(parseUsd('0.9'))
})

test('what a month has not settled is worth at most what its own schedule asks for it', () => {
  expect(unsettledUsdOf(DEFAULT_SCHEDULE, 1_500n, 500n)).toBe(parseUsd('0.03'))
  expect(unsettledUsdOf(DEFAULT_SCHEDULE, 500n, 1_500n)).toBe(0n)
})
