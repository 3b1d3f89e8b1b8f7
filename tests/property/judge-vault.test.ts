import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { VaultReport } from '#lib/flow/vault-report.ts'
import { type GuardTerms, judgeVault, type VaultStanding } from '#lib/keys/judge-vault.ts'
import { unseenTokens } from '#lib/keys/key-floor.ts'
import { flow, usd, usdPerFlow } from '#lib/money/units.ts'
import { priceUsage, type Usage, usdToFlow } from '#lib/pricing/price-usage.ts'
import { DEFAULT_SCHEDULE, type Mode, type Schedule } from '#lib/pricing/schedule.ts'
import { worstPrice } from '#lib/pricing/worst-price.ts'
import { OWNER, vaultReport } from '#tests/support/vault-reports.ts'
import { runs } from './runs.ts'

const RATE = { tokensPerMinute: 10_000, parallelRequests: 5, callTokens: 1_000 }
const UNSEEN = unseenTokens(RATE, 60_000)
const PERIOD = 202_611
const MODELS = ['gpt-4', 'gpt-3.5-turbo', 'claude-3-opus', 'llama-3', 'other']

const tokens = fc.oneof(fc.bigInt(0n, 2_000n), fc.bigInt(0n, 300_000n))
const usageOf = (count: fc.Arbitrary<bigint>) =>
  fc.dictionary(fc.constantFrom(...MODELS), count, { noNullPrototype: true }).map((all) => new Map(Object.entries(all)))

/** A vault with settled and metered usage, and what its key then uses unseen. */
const situation = fc.record({
  mode: fc.constantFrom<Mode>('volume', 'graduated'),
  rate: fc.bigInt(1_000_000n, 10_000_000_000n),
  settled: usageOf(tokens),
  metered: usageOf(tokens),
  unseen: usageOf(fc.bigInt(0n, UNSEEN / BigInt(MODELS.length))),
  free: fc.bigInt(0n, 3_000_000_000n),
  askedBack: fc.option(fc.bigInt(1n, 2_000_000_000n), { nil: null }),
  cap: fc.option(fc.bigInt(0n, 3_000_000_000n), { nil: null }),
})
type Situation = typeof situation extends fc.Arbitrary<infer S> ? S : never

const add = (...usages: Usage[]): Usage =>
  new Map(MODELS.map((model) => [model, usages.reduce((sum, usage) => sum + (usage.get(model) ?? 0n), 0n)]))

/** What goes wrong when a key that may be used is used unseen; null when nothing does, or it may not be used. */
function harm(given: Situation, judge: typeof judgeVault): 'overspent' | 'cap exceeded' | null {
  const schedule: Schedule = { ...DEFAULT_SCHEDULE, mode: given.mode }
  const rate = usdPerFlow(given.rate)
  const price = (...usages: Usage[]) => priceUsage(schedule, add(...usages)).usd
  const charged = price(given.settled)
  const accrued = usdToFlow(charged, rate)
  const vault: VaultReport = vaultReport({
    balance: flow(accrued + given.free),
    accrued,
    period: PERIOD,
    chargedUsd: charged,
    capUsd: given.cap === null ? null : usd(given.cap),
    pendingReturn:
      given.askedBack === null ? null : { amount: flow(given.askedBack), actsAt: new Date(0), proposal: null },
  })
  const terms: GuardTerms = {
    now: new Date('2026-11-21T12:00:00Z'),
    period: PERIOD,
    usdPerFlow: rate,
    floorUsd: worstPrice(schedule, UNSEEN),
    settleDelayMs: 60_000,
  }
  const known = price(given.settled, given.metered)
  const usage = [{ period: PERIOD, priceUsd: known, unsettledUsd: usd(0n) }]
  if (judge(vault, OWNER, usage, terms).length > 0) return null
  const after = price(given.settled, given.metered, given.unseen)
  if (given.cap !== null && after > given.cap) return 'cap exceeded'
  const due = after > charged ? usdToFlow(usd(after - charged), rate) : 0n
  // More may be asked back than is free; where nothing falls due nobody is short of it.
  return due > 0n && due > given.free - (given.askedBack ?? 0n) ? 'overspent' : null
}

test('whatever a key that is not blocked uses unseen, the vault can pay it and its cap holds', () => {
  fc.assert(
    fc.property(situation, (given) => {
      expect(harm(given, judgeVault)).toBeNull()
    }),
    runs(2_000),
  )
})

test.each([
  ['FLOW that was asked back', (vault: VaultStanding): VaultStanding => ({ ...vault, pendingReturn: null })],
  ['the cap', (vault: VaultStanding): VaultStanding => ({ ...vault, capUsd: null })],
  ['what accrued', (vault: VaultStanding): VaultStanding => ({ ...vault, accrued: flow(0n) })],
])('a guard that ignores %s is caught', (_, blind) => {
  const careless: typeof judgeVault = (vault, ...rest) => judgeVault(blind(vault), ...rest)
  const found = fc.check(
    fc.property(situation, (given) => harm(given, careless) === null),
    { numRuns: 5_000, endOnFailure: true },
  )
  expect(found.failed).toBe(true)
})

test('a guard without a floor is caught', () => {
  const careless: typeof judgeVault = (vault, maker, usage, terms) =>
    judgeVault(vault, maker, usage, { ...terms, floorUsd: usd(0n) })
  const found = fc.check(
    fc.property(situation, (given) => harm(given, careless) === null),
    { numRuns: 5_000, endOnFailure: true },
  )
  expect(found.failed).toBe(true)
})
