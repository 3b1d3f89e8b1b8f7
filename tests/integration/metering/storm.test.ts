import { expect, test } from 'vitest'
import { rollUp } from '#lib/metering/roll-up.ts'
import { judgeItems } from '#services/metering/ingest-events.ts'
import { createIngestWriter, type IngestInput } from '#services/metering/index.ts'
import { factsOf } from '#services/metering/rollups/facts-of.ts'
import { addRollup } from '#services/metering/rollups/store.ts'
import { deadLetters, eventIdentities, events } from '#services/platform/db/schema/index.ts'
import { createTestContext } from '#tests/support/context.ts'
import { brewStorm, type Storm } from '#tests/support/usage-storm.ts'
import { brokenTrees, wrongSums } from '#tests/support/usage-sums.ts'

const long = Boolean(process.env['TEST_LONG'])
const CLIENTS = 8
const seed = Math.floor(Math.random() * 2 ** 31)

type Ingest = (input: IngestInput) => Promise<unknown>

/** Several clients deliver all batches, each the next one that is left. */
async function deliver(ingest: Ingest, { batches }: Storm): Promise<void> {
  const queue = [...batches]
  const client = async (): Promise<void> => {
    for (let batch = queue.pop(); batch; batch = queue.pop()) {
      await ingest({ road: 'plugin', items: batch.map((raw) => ({ raw })) })
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
}

const byReason = (reasons: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(reasons, (reason) => reason)].map(([reason, all]) => [reason, all.length]).sort())

const size = long ? { items: 100_000, deliveries: 10 } : { items: 10_000, deliveries: 3 }

test(`${size.items} calls, ${size.deliveries} times each by ${CLIENTS} clients, are each stored once (seed ${seed})`, async () => {
  await using opened = await createTestContext()
  const { ctx } = opened
  const storm = await brewStorm(ctx, { ...size, seed })
  await deliver(createIngestWriter(ctx), storm)
  expect(await ctx.db.$count(events)).toBe(storm.good.length)
  expect(await ctx.db.$count(eventIdentities)).toBe(storm.good.length)
  const letters = await ctx.db.select({ reason: deadLetters.reason }).from(deadLetters)
  expect(byReason(letters.map(({ reason }) => reason))).toEqual(byReason(storm.broken.map(({ reason }) => reason)))
  expect(await wrongSums(ctx.db)).toEqual([])
  expect(await brokenTrees(ctx.db)).toEqual([])
})

test(`a rollup that also counts what comes again is found out (seed ${seed})`, async () => {
  await using opened = await createTestContext()
  const { ctx } = opened
  const storm = await brewStorm(ctx, { items: 300, deliveries: 2, seed })
  const writer = createIngestWriter(ctx)
  const payer = { vaultId: 1n, account: 'vault:1', wallet: '0x01cf0e2f2f715450', accountKey: null }
  const careless: Ingest = async (input) => {
    const { duplicates } = await writer(input)
    const [call] = judgeItems(ctx, input, 0).candidates
    if (duplicates === 0 || !call) return
    const again = rollUp([factsOf({ ...call, ...payer }, ctx.deploymentId)])
    await ctx.db.transaction((tx) => addRollup(tx, again))
  }
  await deliver(careless, storm)
  expect((await wrongSums(ctx.db)).length).toBeGreaterThan(0)
})
