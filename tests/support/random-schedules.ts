import fc from 'fast-check'
import { usd } from '#lib/money/units.ts'
import { DEFAULT_SCHEDULE, effectiveRate, type Mode, type Multiplier, type Schedule } from '#lib/pricing/schedule.ts'

const names = [
  'gpt-4',
  'gpt-4o',
  'GPT-4-Turbo',
  'gpt-3.5-turbo',
  'claude-3-opus',
  'Claude-3-5-Haiku',
  'claude-3-5-sonnet',
  'meta-llama/Llama-3-70b',
  'mistral-large',
  'text-embedding-3-small',
  'my-opus',
  'anthropic/claude@eu',
]

/** Letters that Unicode lower-cases, joins or takes for others: the sign for kelvin is a k to it, and ß an ss. */
const foreign = [
  'claude-3-hai\u212Au',
  'gpt-4\u0301',
  'GPT-4\u00C9',
  'LL\u0130AMA',
  '\u017Fonnet',
  'gpt\u200D-4',
  'gpt-4\r\n',
]

export const modelName: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...names) },
  { weight: 4, arbitrary: fc.constantFrom(...foreign) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...names), fc.string({ unit: 'grapheme', maxLength: 4 })).map(joined),
  },
)

function joined(pieces: readonly string[]): string {
  return pieces.join('')
}

/** Bounds of the default schedule, and any other. */
const bound = fc.oneof(
  fc.constantFrom(1n, 1_000n, 100_000n, 1_000_000n),
  fc.bigInt(1n, 30_000_000n),
  fc.bigInt(1n, 2n ** 64n - 1n),
)

const tiers = fc
  .uniqueArray(bound, { maxLength: 5 })
  .chain((bounds) => {
    const price = fc.oneof(fc.constantFrom(0n, 1n), fc.bigInt(0n, 5_000_000n), fc.bigInt(0n, 100_000_000_000n)).map(usd)
    const discount = fc.oneof(fc.constantFrom(0n, 10_000n), fc.bigInt(0n, 10_000n))
    const length = { minLength: bounds.length + 1, maxLength: bounds.length + 1 }
    return fc.tuple(fc.constant(bounds), fc.array(fc.record({ usdPer1K: price, discountBps: discount }), length))
  })
  .map(([bounds, prices]) => {
    const upTo = [...bounds.toSorted((a, b) => (a < b ? -1 : 1)), null]
    const falling = prices
      .map((price) => ({ name: '', upTo: null, ...price }))
      .toSorted((a, b) => (effectiveRate(a) > effectiveRate(b) ? -1 : 1))
    return falling.map((tier, i) => ({ ...tier, name: String(i), upTo: upTo[i] ?? null }))
  })

const bps = fc.oneof(fc.constantFrom(1n, 10_000n, 1_000_000n), fc.bigInt(1n, 1_000_000n))
const part = fc.constantFrom(
  'gpt',
  'gpt-4',
  '4',
  'claude',
  'opus',
  'haiku',
  'k',
  'ai',
  'llama',
  's',
  'i',
  '-',
  '@',
  '/',
  'turbo',
)
const multiplier: fc.Arbitrary<Multiplier> = fc.record({ all: fc.array(part, { minLength: 1, maxLength: 4 }), bps })
const multipliers = fc
  .tuple(fc.array(multiplier, { maxLength: 6 }), bps)
  .map(([some, rest]): Multiplier[] => [...some, { all: [], bps: rest }])

/** Schedules that may be published: the default one in both modes, and any other. */
export const schedule: fc.Arbitrary<Schedule> = fc
  .record({
    mode: fc.constantFrom<Mode>('volume', 'graduated'),
    list: fc.oneof(
      { weight: 1, arbitrary: fc.constant(null) },
      { weight: 2, arbitrary: fc.record({ tiers, multipliers }) },
    ),
  })
  .map(({ mode, list }) => ({ ...DEFAULT_SCHEDULE, ...list, mode }))
