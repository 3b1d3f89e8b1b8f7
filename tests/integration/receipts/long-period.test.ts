import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { merkleRoot, verifyInclusion } from '#lib/merkle/proof.ts'
import type { SettledReceipt } from '#lib/receipts/receipt.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { eventIdentities, merkleChunks, readings } from '#services/platform/db/schema/index.ts'
import { getReceipts } from '#services/receipts/index.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'

const SIZE = process.env['TEST_LONG'] ? 1_000_000 : 5_000
const PERIOD = 202_610

let world: ChainWorld
let opened: TestContext
let ctx: ServiceContext

beforeAll(async () => {
  world = await openChainWorld()
  opened = await createTestContext({ chain: world.chain })
  ctx = opened.ctx
})
afterAll(() => opened[Symbol.asyncDispose]())

/** Leaves of a month without their events, as a reading that was settled covers them. */
async function fillPeriod(vaultId: bigint, size: number): Promise<void> {
  await ctx.db.execute(sql`
    insert into event_identities (id, deployment_id, vault_id, period, ordinal, leaf_hash, started_at, billable_tokens)
    select ${`${vaultId}:`} || n, ${ctx.deploymentId}, ${vaultId}::bigint, ${PERIOD}::integer, n,
      encode(sha256(convert_to('leaf ' || n, 'utf8')), 'hex'), now(), 1
    from generate_series(0, ${size}::integer - 1) as n`)
  const rows = await ctx.db
    .select({ leafHash: eventIdentities.leafHash })
    .from(eventIdentities)
    .where(eq(eventIdentities.vaultId, vaultId))
    .orderBy(eventIdentities.ordinal)
  await ctx.db.insert(readings).values({
    id: `reading_${vaultId}_${size}`,
    deploymentId: ctx.deploymentId,
    vaultId,
    period: PERIOD,
    sequence: 1n,
    models: [{ model: 'gpt-4', tokens: String(size) }],
    tokens: BigInt(size),
    root: merkleRoot(rows.map(({ leafHash }) => leafHash)),
    eventCount: size,
    status: 'sealed',
    txId: 'ab'.repeat(32),
    createdAt: new Date(),
  })
}

async function isProven(id: string): Promise<boolean> {
  const { receipts } = await getReceipts(ctx, { callId: id })
  const { event, settlement } = receipts[0] as SettledReceipt
  const { size, path, root } = settlement
  return verifyInclusion(event.leafHash, event.ordinal, size, path, root)
}

test('every request of a long month is proven, from the roots of runs that are kept', async () => {
  await fillPeriod(1n, SIZE)
  const places = [0, 1, 1023, 1024, 2047, Math.floor(SIZE / 2), SIZE - 2, SIZE - 1]
  for (const place of places) expect(await isProven(`1:${place}`), `leaf ${place}`).toBe(true)
  expect(await ctx.db.$count(merkleChunks, eq(merkleChunks.vaultId, 1n))).toBe(Math.floor(SIZE / 1024))
})

test('a proof of a leaf that is not there any more is refused, not made up', async () => {
  await fillPeriod(2n, 2_000)
  await ctx.db.execute(sql`delete from event_identities where id = '2:1500'`)
  await expect(getReceipts(ctx, { callId: '2:10' })).rejects.toMatchObject({ code: 'internal' })
})
