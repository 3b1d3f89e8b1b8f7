import { expect, test } from 'vitest'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import { createIngestWriter } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { deadLetters, events, usageDaily } from '#services/platform/db/schema/index.ts'
import { createTestContext } from '#tests/support/context.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'
import { dice } from '#tests/support/usage-storm.ts'
import { wrongSums } from '#tests/support/usage-sums.ts'

const CALLS = 400
const BATCH = 20
const DAY_SECONDS = 86_400
const SERVER_SECONDS = 300
const noon = Date.UTC(2026, 10, 20, 12)
const seed = Math.floor(Math.random() * 2 ** 31)

type Roll = (sides: number) => number
const around = (roll: Roll, seconds: number): number => (roll(2 * seconds + 1) - seconds) * 1_000

/** Every call twice, from senders whose clocks are a day off at most, to a server whose clock jumps at each look. */
async function deliverAll(ctx: ServiceContext, calls: readonly UsageEventWire[]): Promise<void> {
  const ingest = createIngestWriter(ctx)
  for (const again of [false, true]) {
    for (let start = 0; start < calls.length; start += BATCH) {
      const batch = calls.slice(start, start + BATCH)
      const items = (again ? batch.toReversed() : batch).map((raw) => ({ raw }))
      await ingest({ road: 'plugin', items })
    }
  }
}

async function totalOf(ctx: ServiceContext): Promise<bigint> {
  const days = await ctx.db.select({ tokens: usageDaily.billableTokens }).from(usageDaily)
  return days.reduce((sum, { tokens }) => sum + tokens, 0n)
}

test(`clocks that are apart by a day, and one that jumps back and forth, change no total (seed ${seed})`, async () => {
  const roll = dice(seed)
  const clock = (): Date => new Date(noon + around(roll, SERVER_SECONDS))
  await using opened = await createTestContext({ clock })
  const { ctx } = opened
  const keys = await Promise.all([1n, 2n, 3n].map((vaultId) => giveKey(ctx, vaultId)))
  const calls = Array.from({ length: CALLS }, (_, i) =>
    usageEvent(keys[i % keys.length] ?? '', {
      startedAt: new Date(noon + around(roll, DAY_SECONDS)).toISOString(),
      inputTokens: String(1 + roll(5_000)),
    }),
  )
  await deliverAll(ctx, calls)
  expect(await ctx.db.$count(deadLetters)).toBe(0)
  expect(await ctx.db.$count(events)).toBe(CALLS)
  expect(await wrongSums(ctx.db)).toEqual([])
  const expected = calls.reduce((sum, call) => sum + BigInt(call.inputTokens ?? 0) + BigInt(call.outputTokens ?? 0), 0n)
  expect(await totalOf(ctx)).toBe(expected)
})

test('what starts more than a day ahead is kept as a dead letter: a sender two days off is found out', async () => {
  await using opened = await createTestContext({ clock: () => new Date(noon - 2 * DAY_SECONDS * 1_000) })
  const { ctx } = opened
  const keyHash = await giveKey(ctx, 1n)
  await deliverAll(ctx, [usageEvent(keyHash, { startedAt: new Date(noon).toISOString() })])
  expect(await ctx.db.$count(events)).toBe(0)
  expect(await ctx.db.$count(deadLetters)).toBe(1)
})
