import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideVaultHold, type VaultFunds, withVaultHold } from '#lib/keys/decide-vault-hold.ts'
import { leftBelowCapUsd, payableUsd, type PeriodUsage } from '#lib/keys/judge-vault.ts'
import { flow, type Usd, usd, usdPerFlow } from '#lib/money/units.ts'
import { priceUsage, type Usage, usdToFlow } from '#lib/pricing/price-usage.ts'
import { DEFAULT_SCHEDULE, type Mode, type Schedule } from '#lib/pricing/schedule.ts'
import { worstPrice, worstPriceOf } from '#lib/pricing/worst-price.ts'
import { vaultReport } from '#tests/support/vault-reports.ts'
import { runs } from './runs.ts'

const PERIOD = 202_611
const MODELS = ['gpt-4', 'gpt-3.5-turbo', 'claude-3-opus', 'llama-3', 'other']

const tokens = fc.oneof(fc.bigInt(0n, 2_000n), fc.bigInt(0n, 300_000n))
const usageOf = (count: fc.Arbitrary<bigint>) =>
  fc.dictionary(fc.constantFrom(...MODELS), count, { noNullPrototype: true }).map((all) => new Map(Object.entries(all)))

/** What a request may use, and the share of it that it does, in 1/1000. */
const request = fc.record({
  model: fc.constantFrom(...MODELS),
  isNamed: fc.boolean(),
  tokens: fc.bigInt(0n, 60_000n),
  share: fc.oneof(fc.constant(1_000n), fc.bigInt(0n, 1_000n)),
})

/** A vault with settled and metered usage, and the requests that come in one after another. */
const situation = fc.record({
  mode: fc.constantFrom<Mode>('volume', 'graduated'),
  rate: fc.bigInt(1_000_000n, 10_000_000_000n),
  settled: usageOf(tokens),
  metered: usageOf(tokens),
  requests: fc.array(request, { maxLength: 30 }),
  free: fc.bigInt(0n, 3_000_000_000n),
  askedBack: fc.option(fc.bigInt(1n, 2_000_000_000n), { nil: null }),
  cap: fc.option(fc.bigInt(0n, 3_000_000_000n), { nil: null }),
})
type Situation = typeof situation extends fc.Arbitrary<infer S> ? S : never
type Request = Situation['requests'][number]

const add = (...usages: Usage[]): Usage =>
  new Map(MODELS.map((model) => [model, usages.reduce((sum, usage) => sum + (usage.get(model) ?? 0n), 0n)]))

interface Ways {
  readonly price: (schedule: Schedule, request: Request) => Usd
  readonly hold: (funds: VaultFunds, amount: Usd) => VaultFunds
}
const ours: Ways = {
  price: (schedule, { model, tokens: most, isNamed }) =>
    isNamed ? worstPriceOf(schedule, most, model) : worstPrice(schedule, most),
  hold: withVaultHold,
}

/** What goes wrong when those that got a hold use what they like of it; null when nothing does. */
function harm(given: Situation, { price, hold }: Ways): 'overspent' | 'cap exceeded' | null {
  const schedule: Schedule = { ...DEFAULT_SCHEDULE, mode: given.mode }
  const rate = usdPerFlow(given.rate)
  const priceOf = (...usages: Usage[]) => priceUsage(schedule, add(...usages)).usd
  const charged = priceOf(given.settled)
  const accrued = usdToFlow(charged, rate)
  const vault = vaultReport({
    balance: flow(accrued + given.free),
    accrued,
    period: PERIOD,
    chargedUsd: charged,
    capUsd: given.cap === null ? null : usd(given.cap),
    pendingReturn:
      given.askedBack === null ? null : { amount: flow(given.askedBack), actsAt: new Date(0), proposal: null },
  })
  const before = priceOf(given.settled, given.metered)
  const usage: PeriodUsage[] = [{ period: PERIOD, priceUsd: before, unsettledUsd: usd(0n) }]
  let funds: VaultFunds = {
    isBlocked: false,
    payable: payableUsd(vault, usage, { usdPerFlow: rate }),
    held: usd(0n),
    leftBelowCap: leftBelowCapUsd(vault, usage, { period: PERIOD }),
  }
  const used: Usage[] = []
  for (const each of given.requests) {
    const amount = price(schedule, each)
    if (decideVaultHold(funds, amount) !== null) continue
    funds = hold(funds, amount)
    used.push(new Map([[each.model, (each.tokens * each.share) / 1_000n]]))
  }
  const after = priceOf(given.settled, given.metered, ...used)
  // What was used before anybody was asked for a hold is not theirs.
  if (given.cap !== null && after > given.cap && after > before) return 'cap exceeded'
  const due = after > charged ? usdToFlow(usd(after - charged), rate) : 0n
  const wasDue = before > charged ? usdToFlow(usd(before - charged), rate) : 0n
  return due > given.free - (given.askedBack ?? 0n) && due > wasDue ? 'overspent' : null
}

test('whatever those use that got a hold, the vault can pay it and its cap holds', () => {
  fc.assert(
    fc.property(situation, (given) => {
      expect(harm(given, ours)).toBeNull()
    }),
    runs(3_000),
  )
})

test.each<[string, Ways]>([
  ['forgets what is held', { ...ours, hold: (funds) => funds }],
  ['ignores the model', { ...ours, price: (schedule, each) => ours.price(schedule, { ...each, model: 'other' }) }],
  [
    'prices at the last tier',
    {
      ...ours,
      price: (schedule, each) => ours.price({ ...schedule, tiers: schedule.tiers.slice(-1) }, each),
    },
  ],
])('a desk that %s is caught', (_, careless) => {
  const found = fc.check(
    fc.property(situation, (given) => harm(given, careless) === null),
    { numRuns: 100_000, endOnFailure: true },
  )
  expect(found.failed).toBe(true)
})

test('nobody is told that the vault is too poor who could be served once requests in flight end', () => {
  const funds = fc.record({
    isBlocked: fc.constant(false),
    payable: fc.bigInt(-10n, 1_000n),
    held: fc.bigInt(0n, 1_000n).map(usd),
    leftBelowCap: fc.option(fc.bigInt(-10n, 1_000n), { nil: null }),
  })
  fc.assert(
    fc.property(funds, fc.bigInt(0n, 1_000n).map(usd), (given, amount) => {
      const reason = decideVaultHold(given, amount)
      const alone = decideVaultHold({ ...given, held: usd(0n) }, amount)
      const maySucceedLater = reason === 'vault_funds_held' || reason === 'cap_held'
      expect(maySucceedLater).toBe(reason !== null && alone === null)
    }),
    runs(3_000),
  )
})
