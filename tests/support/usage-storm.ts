import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { giveKey, hashOf, usageEvent } from './usage-events.ts'

/** Numbers that look random and are the same for the same seed. */
export function dice(seed: number): (sides: number) => number {
  let state = seed >>> 0
  return (sides) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

/** An item that is refused, and why. */
export interface Broken {
  readonly raw: unknown
  readonly reason: string
}

/** What makes an item of a call that can't be stored. */
export const BREAKAGES: readonly ((call: UsageEventWire) => Broken)[] = [
  (call) => ({ raw: { ...call, status: 'success', cacheHit: false, inputTokens: null }, reason: 'missing_usage' }),
  (call) => ({ raw: { ...call, outputTokens: '-1' }, reason: 'invalid_event' }),
  (call) => ({ raw: JSON.stringify(call), reason: 'invalid_event' }),
  (call) => ({
    raw: { ...call, id: `${hashOf(call.id).slice(0, 32)}.${'0'.repeat(32)}` },
    reason: 'identity_forged',
  }),
  (call) => ({ raw: usageEvent(hashOf(`stranger ${call.id}`)), reason: 'unknown_key' }),
  (call) => ({ raw: { ...call, startedAt: '2031-01-01T00:00:00Z' }, reason: 'starts_in_future' }),
  (call) => ({
    raw: { ...call, status: 'success', cacheHit: false, outputTokens: '1', model: 'not a model' },
    reason: 'invalid_model_name',
  }),
]

export interface Storm {
  readonly good: readonly UsageEventWire[]
  /** Each is refused, for the reason beside it. */
  readonly broken: readonly Broken[]
  /** Every item as often as it is delivered, in an order without any sense, in batches. */
  readonly batches: readonly (readonly unknown[])[]
}

const VAULTS = 12
const BROKEN_PERCENT = 5
const MONTH_MINUTES = 30 * 1_440
const BATCH = 100

/** Calls of a month of some vaults, one in twenty broken, each delivered several times. */
export async function brewStorm(
  ctx: ServiceContext,
  { items, deliveries, seed }: { items: number; deliveries: number; seed: number },
): Promise<Storm> {
  const roll = dice(seed)
  const keys = await Promise.all(Array.from({ length: VAULTS }, (_, i) => giveKey(ctx, BigInt(i + 1))))
  const pick = <T>(from: readonly T[]): T => from[roll(from.length)] as T
  const anyCall = (): UsageEventWire =>
    usageEvent(pick(keys), {
      startedAt: new Date(Date.UTC(2026, 9, 21) + roll(MONTH_MINUTES) * 60_000).toISOString(),
      model: pick(['gpt-4', 'Claude-3-Opus', 'llama-3', 'GPT-4']),
      inputTokens: String(1 + roll(5_000)),
      outputTokens: String(roll(900)),
      cachedTokens: pick([null, '0', '17']),
      endUser: pick([null, '', 'ann', 'bob', 'Zoë']),
      feature: pick([null, 'search', 'chat']),
      litellmCostUsd: pick(['2.25e-05', '0', 'nan', null, '0.125']),
      ...pick([{}, {}, {}, {}, { cacheHit: true }, { status: 'failure' as const, outputTokens: null }]),
    })
  const good: UsageEventWire[] = []
  const broken: Broken[] = []
  for (let i = 0; i < items; i += 1) {
    if (roll(100) < BROKEN_PERCENT) broken.push(pick(BREAKAGES)(anyCall()))
    else good.push(anyCall())
  }
  const every = [...good, ...broken.map(({ raw }) => raw)]
  const all = Array.from({ length: deliveries }, () => every).flat()
  for (let i = all.length - 1; i > 0; i -= 1) {
    const other = roll(i + 1)
    ;[all[i], all[other]] = [all[other], all[i]]
  }
  const batches = Array.from({ length: Math.ceil(all.length / BATCH) }, (_, i) => all.slice(i * BATCH, (i + 1) * BATCH))
  return { good, broken, batches }
}
