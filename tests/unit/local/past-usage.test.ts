import { expect, test } from 'vitest'
import { isMintedEventId } from '#lib/metering/event-id.ts'
import { usageEventSchema } from '#lib/metering/usage-event.ts'
import { demoSubscriptions } from '#services/local/demo/cast.ts'
import { pastUsage } from '#services/local/demo/past-usage.ts'

const until = new Date('2026-11-20T22:30:00.000Z')
const webhookSecret = 'a-secret-of-sixteen-or-more'
const keyHash = 'ab'.repeat(32)

const pastOf = (index: number, seed = index) => {
  const subscription = demoSubscriptions[index]
  if (!subscription) throw new Error('There is no such subscription.')
  return [...pastUsage({ subscription, keyHash, webhookSecret, until, seed })]
}
const tokensIn = (month: string, calls: ReturnType<typeof pastOf>) =>
  calls
    .filter(({ startedAt }) => startedAt.startsWith(month))
    .reduce((sum, { inputTokens, outputTokens }) => sum + BigInt(inputTokens ?? 0) + BigInt(outputTokens ?? 0), 0n)

test('it is a year long, in order, and ends where the present begins', () => {
  const starts = pastOf(0).map(({ startedAt }) => startedAt)
  expect(starts).toEqual(starts.toSorted())
  expect(starts[0]?.slice(0, 7)).toBe('2025-11')
  expect(starts.at(-1)?.slice(0, 10)).toBe('2026-11-20')
  expect(starts.filter((start) => start > until.toISOString())).toEqual([])
})

test('told twice it is the same, down to the ids; another seed is another past', () => {
  expect(pastOf(1)).toEqual(pastOf(1))
  expect(pastOf(1, 99)).not.toEqual(pastOf(1))
  const ids = pastOf(1).map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

test("its calls have the form and the signed ids of the plug-in's", () => {
  for (const call of pastOf(2)) {
    expect(usageEventSchema.safeParse(call).error).toBeUndefined()
    expect(isMintedEventId(webhookSecret, call.id, keyHash)).toBe(true)
  }
})

test('the latest full month has about the tokens of the cast, and a year ago it was less', () => {
  for (const [index, { monthlyTokens }] of demoSubscriptions.entries()) {
    const calls = pastOf(index)
    const share = Number(tokensIn('2026-10', calls)) / monthlyTokens
    expect(share).toBeGreaterThan(0.7)
    expect(share).toBeLessThan(1.3)
    expect(tokensIn('2025-12', calls) * 3n).toBeLessThan(tokensIn('2026-10', calls) * 2n)
  }
})

test('the cast reaches every price tier', () => {
  const latest = demoSubscriptions.map((_, index) => tokensIn('2026-10', pastOf(index)))
  const tierOf = (tokens: bigint) => [100_000n, 1_000_000n, 10_000_000n].findIndex((upTo) => tokens <= upTo)
  expect(new Set(latest.map(tierOf))).toEqual(new Set([0, 1, 2, -1]))
})
