import fc from 'fast-check'
import {
  type Action,
  type Doing,
  KINDS,
  ODDITIES,
  OPEN_VAULTS,
  PARTIES,
  type Increase,
  type Party,
  type RandomPolicy,
} from './actions.ts'
import { FIRST_ACTIONS } from './first-actions.ts'

const vault = fc.oneof(
  { weight: 7, arbitrary: fc.nat(OPEN_VAULTS - 1) },
  { weight: 1, arbitrary: fc.constant(OPEN_VAULTS) },
)
const amount = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(0n, 1n, 99_999_999n) },
  { weight: 6, arbitrary: fc.bigInt(1n, 300_000_000n) },
)
const optional = fc.option(amount, { freq: 3 })
const fit = fc.nat(4).map((chance) => chance > 0)
const whose = fc.constantFrom('owner' as const, 'provider' as const)
const is = <K extends Action['kind']>(kind: K) => fc.constant(kind)

const increase: fc.Arbitrary<Increase> = fc.record({
  vault,
  step: fc.oneof({ arbitrary: fc.constantFrom(1n, 2n), weight: 8 }, { arbitrary: fc.constantFrom(0n, -1n), weight: 1 }),
  month: fc.oneof(
    { arbitrary: fc.constant(0), weight: 7 },
    { arbitrary: fc.constant(-1), weight: 2 },
    { arbitrary: fc.constantFrom(1, -2), weight: 1 },
  ),
  model: fc.constantFrom('gpt-4', 'claude-3-opus', 'llama-3', 'other'),
  tokens: fc.oneof(
    { arbitrary: fc.bigInt(-50n, 0n), weight: 1 },
    { arbitrary: fc.bigInt(0n, 3_000n), weight: 2 },
    { arbitrary: fc.bigInt(0n, 150_000n), weight: 4 },
  ),
  events: fc.oneof({ arbitrary: fc.constantFrom(0n, 1n), weight: 12 }, { arbitrary: fc.constant(-1n), weight: 1 }),
  odd: fc.oneof({ arbitrary: fc.constant(null), weight: 12 }, { arbitrary: fc.constantFrom(...ODDITIES), weight: 1 }),
})

const policy: fc.Arbitrary<RandomPolicy> = fc.record({
  approvers: fc.constantFrom<Party[]>(
    ['ann', 'ben', 'cem'],
    ['ann', 'ben', 'cem'],
    ['ann', 'ben', 'cem'],
    ['ben', 'cem', 'second'],
    ['ann', 'second'],
    ['cem'],
  ),
  required: fc.constantFrom(2, 2, 2, 2, 1, 1, 3, 0),
  threshold: fc.option(fc.oneof(fc.constant(0n), fc.bigInt(1n, 80_000_000n)), { freq: 3, nil: null }),
})

const owners: ReadonlyArray<fc.WeightedArbitrary<Doing>> = [
  { weight: 2, arbitrary: fc.record({ kind: is('automatic'), vault, enabled: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: is('cap'), vault, amount: optional }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: is('expiry'),
      vault,
      inSeconds: fc.oneof(fc.constant(null), fc.constantFrom(0, 3_599, 3_600), fc.integer({ min: 0, max: 500_000 })),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: is('pause'), vault, fit }) },
  { weight: 4, arbitrary: fc.record({ kind: is('resume'), vault, fit }) },
  { weight: 2, arbitrary: fc.record({ kind: is('reminder'), vault, amount: optional }) },
  { weight: 8, arbitrary: fc.record({ kind: is('request'), vault, amount: optional, fit }) },
  { weight: 3, arbitrary: fc.record({ kind: is('cancel'), vault, fit }) },
  { weight: 6, arbitrary: fc.record({ kind: is('takeBack'), vault, fit }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: is('approvers'), vault, policy: fc.option(policy, { freq: 5, nil: null }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: is('transfer'), vault, to: fc.constantFrom<Party>('customer', 'second') }),
  },
  { weight: 2, arbitrary: fc.record({ kind: is('claimVault'), vault, fit }) },
]

const others: ReadonlyArray<fc.WeightedArbitrary<Doing>> = [
  {
    weight: 24,
    arbitrary: fc.record({
      kind: is('readings'),
      increases: fc.array(increase, { minLength: 1, maxLength: 6 }),
      ownKey: fc.nat(14).map((chance) => chance > 0),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: is('deposit'), vault, amount }) },
  { weight: 4, arbitrary: fc.record({ kind: is('withdraw'), vault }) },
  { weight: 2, arbitrary: fc.record({ kind: is('receiver'), vault, offered: fc.boolean() }) },
  { weight: 8, arbitrary: fc.record({ kind: is('withdrawPart'), vault, amount, fit }) },
  { weight: 6, arbitrary: fc.record({ kind: is('payment'), vault, amount, fit }) },
  { weight: 3, arbitrary: fc.record({ kind: is('credit'), vault, usd: amount }) },
  {
    weight: 16,
    arbitrary: fc.record({
      kind: is('approve'),
      vault,
      nth: fc.constantFrom(0, 0, 0, 1, 2, 3),
      alone: fc.nat(2).map((chance) => chance > 0),
      fit,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: is('execute'), vault, nth: fc.constantFrom(0, 0, 0, 1, 2, 3), fit }) },
  { weight: 3, arbitrary: fc.record({ kind: is('claimSeat'), vault, fit }) },
  { weight: 1, arbitrary: fc.record({ kind: is('archive'), vault: fc.constant(OPEN_VAULTS), fit }) },
  { weight: 2, arbitrary: fc.record({ kind: is('renew'), vault }) },
  { weight: 4, arbitrary: fc.record({ kind: is('leak'), vault, whose }) },
  { weight: 5, arbitrary: fc.record({ kind: is('steal'), vault, whose, amount, fit }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: is('rate'),
      usdPerFlow: fc.oneof(
        { weight: 1, arbitrary: fc.constantFrom(0n, 500_000_000n) },
        { weight: 4, arbitrary: fc.bigInt(70_000_000n, 130_000_000n) },
      ),
      source: fc.constantFrom('fixed', 'fixed', 'fixed', 'fixed', 'fixed', 'market'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: is('source'),
      name: fc.oneof(
        { weight: 13, arbitrary: fc.constant('fixed') },
        { weight: 2, arbitrary: fc.constantFrom('market', null) },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: is('reappoint') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: is('registration'),
      provider: fc.constantFrom('provider' as const, 'rival' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: is('schedule'), list: fc.nat(2), inMonths: fc.constantFrom(0, 1, 1, 1, 2) }),
  },
]

/** Moments just before, at and just after something starts or ends to act; and whatever lies between. */
const time: fc.Arbitrary<Doing> = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.record({
      kind: is('time'),
      goal: fc.constant('turn' as const),
      nth: fc.constantFrom(0, 0, 0, 1, 2),
      plus: fc.integer({ min: -1, max: 1 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: is('time'),
      goal: fc.constantFrom('monthEnd' as const, 'graceEnd' as const),
      nth: fc.constant(0),
      plus: fc.constantFrom(-1, 0, 3_600),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: is('time'),
      goal: fc.constant('now' as const),
      nth: fc.constant(0),
      plus: fc.oneof(fc.integer({ min: 1, max: 7_200 }), fc.integer({ min: 1, max: 200_000 })),
    }),
  },
)

const doing: fc.Arbitrary<Doing> = fc.oneof(...owners, ...others, { weight: 14, arbitrary: time })

/** One of six is tried by a party chosen at random, mostly one that may not. */
const by = fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(...PARTIES) })

const action: fc.Arbitrary<Action> = fc.tuple(doing, by).map(([what, who]) => ({ ...what, by: who }))

/** The same actions for the same seed; what comes first is always the same. */
export function randomActions(count: number, seed: number): Action[] {
  const length = Math.max(count - FIRST_ACTIONS.length, 0)
  const size = { minLength: length, maxLength: length }
  const [actions = []] = fc.sample(fc.array(action, { ...size, size: 'max' }), { numRuns: 1, seed })
  return [...FIRST_ACTIONS, ...actions].slice(0, count)
}

/** Each kind of action once by each party, after the first ones. */
export function everyActByEveryParty(seed: number): Action[] {
  const samples = fc.sample(doing, { numRuns: 200 * KINDS.length, seed })
  const acts = KINDS.map((kind) => samples.filter((each) => each.kind === kind))
  return [
    ...FIRST_ACTIONS,
    ...PARTIES.flatMap((by, i) => acts.flatMap((each) => each.slice(i, i + 1)).map((each) => ({ ...each, by }))),
  ]
}
