import { expect, test } from 'vitest'
import { createIngestWriter } from '#services/metering/index.ts'
import { contextOn, type TestContext } from '#tests/support/context.ts'
import { acknowledgedThrough, lostOf } from '#tests/support/delivering-clients.ts'
import { startPostgresPair } from '#tests/support/postgres-pair.ts'
import { giveKey } from '#tests/support/usage-events.ts'
import { wrongSums } from '#tests/support/usage-sums.ts'

/** What was acknowledged while this happened to the pair of databases, and is not there afterwards. */
async function lostThrough({ ctx }: TestContext, happenings: readonly (() => Promise<void>)[]): Promise<string[]> {
  const keys = await Promise.all([1n, 2n, 3n].map((vaultId) => giveKey(ctx, vaultId)))
  const acknowledged = await acknowledgedThrough(happenings, { ingest: createIngestWriter(ctx), keys })
  expect(await wrongSums(ctx.db)).toEqual([])
  return lostOf(ctx, acknowledged)
}

test('when a synchronous standby takes the place of the primary, no acknowledged call is lost', async () => {
  await using pair = await startPostgresPair()
  await using opened = await contextOn(pair.url)
  expect(await lostThrough(opened, [() => pair.failOver()])).toEqual([])
})

test('a standby that no commit waited for has lost calls, which is seen', async () => {
  await using pair = await startPostgresPair()
  await using opened = await contextOn(pair.url)
  const lost = await lostThrough(opened, [() => pair.cutOff(), () => pair.failOver()])
  expect(lost.length).toBeGreaterThan(0)
})
