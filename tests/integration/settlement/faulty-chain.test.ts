import { inArray, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import { createChainClient } from '#services/clients/flow/index.ts'
import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { meterPeriods, outbox, readings } from '#services/platform/db/schema/index.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { createReadingHandler, planReadings } from '#services/settlement/index.ts'
import { expectChargedOnce, oracleVariables } from '#tests/support/billed-vault.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { type FaultyNode, startFaultyNode } from '#tests/support/faulty-node.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'
import { dice } from '#tests/support/usage-storm.ts'

const ROUNDS = process.env['TEST_LONG'] ? 100 : 5
const VAULTS = 10
/** Two processes with one key: now and then one takes the sequence number of the other. */
const WORKERS = 2
/** A transaction for all vaults takes some eight requests, so that something happens to it about twice. */
const FAULT_PERCENT = 25
const SKEW_SECONDS = 300
const PATIENCE_MS = process.env['TEST_LONG'] ? 3_600_000 : 300_000
const seed = Math.floor(Math.random() * 2 ** 31)
const roll = dice(seed)

let world: ChainWorld
let node: FaultyNode
let opened: TestContext
let ctx: ServiceContext

/** Five minutes off in either direction, and backwards as often as forwards. */
const jumpyClock = (): Date => new Date(Date.now() + (roll(2 * SKEW_SECONDS) - SKEW_SECONDS) * 1_000)

beforeAll(async () => {
  world = await openChainWorld()
  node = await startFaultyNode(world.accessNode, roll)
  const { deploymentId } = await world.chain.script('get_settings', {})
  const { addresses, network } = world.chain
  const chain = createChainClient({ network, accessNode: node.url, addresses, timeoutMs: 5_000 })
  const variables = { ...oracleVariables(world), LOG_LEVEL: 'silent' }
  opened = await createTestContext({ chain, deploymentId, variables, clock: jumpyClock })
  ctx = opened.ctx
})
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]()
  await node?.[Symbol.asyncDispose]()
})

interface Vault {
  readonly vaultId: bigint
  readonly keyHash: string
  readonly calls: UsageEventWire[]
}

async function use({ keyHash, calls }: Vault): Promise<void> {
  const call = usageEvent(keyHash, { startedAt: new Date().toISOString(), inputTokens: String(roll(9_000)) })
  calls.push(call)
  await ingestEvents(ctx, { road: 'plugin', items: [{ raw: call }] })
}

const unsettled = (vaults: readonly Vault[]): Promise<number> => {
  const ids = vaults.map(({ vaultId }) => vaultId)
  return ctx.db.$count(meterPeriods, sql`tokens <> settled_tokens and ${inArray(meterPeriods.vaultId, ids)}`)
}

/** Rounds of all workers at once, without the pauses between them, until everything is settled. */
async function settle(vaults: readonly Vault[]): Promise<void> {
  const handler = createReadingHandler()
  while ((await unsettled(vaults)) > 0) {
    await ctx.db.update(meterPeriods).set({ planAfter: null })
    await ctx.db
      .update(outbox)
      .set({ runAt: new Date(0) })
      .where(sql`done_at is null`)
    const worker = () =>
      planReadings(ctx)
        .then(() => dispatchOutbox(ctx, handler))
        .catch(() => 0)
    await Promise.all(Array.from({ length: WORKERS }, worker))
  }
}

test(
  `${ROUNDS * VAULTS} settlements over a wire that fails, by clocks that jump, are each applied once (seed ${seed})`,
  async () => {
    const vaults: Vault[] = []
    for (let i = 0; i < VAULTS; i += 1) {
      const vaultId = await world.openVault(await world.newWallet())
      vaults.push({ vaultId, keyHash: await giveKey(ctx, vaultId), calls: [] })
    }
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const vault of vaults) await use(vault)
      node.faultPercent = FAULT_PERCENT
      await settle(vaults)
      node.faultPercent = 0
    }
    for (const { vaultId, calls } of vaults) await expectChargedOnce(ctx, vaultId, calls)
    const sealed = await ctx.db.$count(readings, sql`status = 'sealed'`)
    expect(sealed).toBeGreaterThanOrEqual(ROUNDS * VAULTS)
    const tried = await ctx.db.execute<{ tries: string }>(
      sql`select sum(jsonb_array_length(tx_ids)) as tries from readings`,
    )
    console.log(`${sealed} readings settled by ${tried.rows[0]?.tries} transactions, ${node.faults()} faults`)
    expect(node.faults()).toBeGreaterThan(ROUNDS)
  },
  PATIENCE_MS,
)
