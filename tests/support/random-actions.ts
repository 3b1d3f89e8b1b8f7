import fc from 'fast-check'
import type { ProposalKind } from './vault-model.ts'

export const PARTIES = ['customer', 'second', 'provider', 'oracle', 'admin', 'approver', 'stranger'] as const
export type Party = (typeof PARTIES)[number]

/** Slots of vaults that are open; the last slot is a vault that was closed, as soon as there is one. */
export const OPEN_VAULTS = 3

interface Increase {
  vault: number
  /** Added to the last sequence number; 0 repeats it, -1 goes back. */
  step: bigint
  model: string
  tokens: bigint
}

export type Doing =
  | { kind: 'readings'; increases: Increase[]; ownKey: boolean }
  | { kind: 'deposit'; vault: number; amount: bigint }
  | { kind: 'withdraw'; vault: number }
  | { kind: 'automatic'; vault: number; enabled: boolean }
  | { kind: 'cap'; vault: number; amount: bigint | null }
  | { kind: 'pause'; vault: number; paused: boolean }
  | { kind: 'request'; vault: number; amount: bigint | null }
  | { kind: 'cancel'; vault: number }
  | { kind: 'takeBack'; vault: number }
  | { kind: 'approvers'; vault: number; policy: { threshold: bigint | null } | null }
  | { kind: 'payment'; vault: number; amount: bigint }
  | { kind: 'approve'; vault: number; proposal: ProposalKind }
  | { kind: 'transfer'; vault: number; to: 'customer' | 'second' }
  | { kind: 'rate'; usdPerFlow: bigint }

/** Null: the party whose act it is. */
export type Action = Doing & { by: Party | null }

const vault = fc.nat(OPEN_VAULTS)
const amount = fc.oneof(fc.constantFrom(1n, 99_999_999n), fc.bigInt(1n, 300_000_000n))
const optional = fc.option(amount, { freq: 3 })
const increase: fc.Arbitrary<Increase> = fc.record({
  vault,
  step: fc.oneof({ arbitrary: fc.constantFrom(1n, 2n), weight: 6 }, { arbitrary: fc.constantFrom(0n, -1n), weight: 1 }),
  model: fc.constantFrom('gpt-4', 'claude-3-opus', 'llama-3', 'other'),
  tokens: fc.oneof(fc.bigInt(-50n, 0n), fc.bigInt(0n, 3_000n), fc.bigInt(0n, 150_000n)),
})

const doing: fc.Arbitrary<Doing> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constant('readings' as const),
      increases: fc.array(increase, { minLength: 1, maxLength: 6 }),
      ownKey: fc.nat(9).map((chance) => chance > 0),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('deposit' as const), vault, amount }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), vault }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('automatic' as const), vault, enabled: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('cap' as const), vault, amount: optional }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pause' as const), vault, paused: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('request' as const), vault, amount: optional }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), vault }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('takeBack' as const), vault }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('approvers' as const),
      vault,
      policy: fc.option(fc.record({ threshold: optional }), { freq: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('payment' as const), vault, amount }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('approve' as const),
      vault,
      proposal: fc.constantFrom<ProposalKind>('takeBack', 'transfer', 'payment', 'policy'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('transfer' as const),
      vault,
      to: fc.constantFrom('customer' as const, 'second' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('rate' as const), usdPerFlow: fc.bigInt(80_000_000n, 120_000_000n) }),
  },
)

/** One of six is tried by a party chosen at random, mostly one that may not. */
const by = fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(...PARTIES) })

const action: fc.Arbitrary<Action> = fc.tuple(doing, by).map(([what, who]) => ({ ...what, by: who }))

/** Comes before the random actions, so that no run is without debt, credit, a repeated reading and a closed vault. */
const grow = (tokens: bigint, step = 1n): Action => ({
  kind: 'readings',
  increases: [{ vault: 0, step, model: 'other', tokens }],
  ownKey: true,
  by: null,
})
const OPENING: readonly Action[] = [
  grow(1_000_000n),
  grow(1n),
  grow(0n, 0n),
  { kind: 'deposit', vault: 0, amount: 300_000_000n, by: null },
  { kind: 'request', vault: 1, amount: null, by: null },
  { kind: 'takeBack', vault: 1, by: null },
]

/** The same actions for the same seed. */
export function randomActions(count: number, seed: number): Action[] {
  const size = { minLength: count, maxLength: count }
  const [actions = []] = fc.sample(fc.array(action, { ...size, size: 'max' }), { numRuns: 1, seed })
  return [...OPENING, ...actions]
}

/** Actions as text that `readActions` reads again. */
export const writeActions = (actions: readonly Action[]): string =>
  JSON.stringify(actions, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))

export const readActions = (text: string): Action[] =>
  JSON.parse(text, (_key, value: unknown) =>
    typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  ) as Action[]
