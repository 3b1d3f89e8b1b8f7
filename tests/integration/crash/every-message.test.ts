import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import { createChainClient } from '#services/clients/flow/index.ts'
import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { meterPeriods, outbox } from '#services/platform/db/schema/index.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { createReadingHandler, planReadings } from '#services/settlement/index.ts'
import { expectChargedOnce, oracleVariables } from '#tests/support/billed-vault.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { contextOn, type TestContext } from '#tests/support/context.ts'
import { type Cut, type CutWires, openCutWires } from '#tests/support/cut-wire.ts'
import { createTestDatabase } from '#tests/support/stack.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'
import { brokenTrees, wrongSums } from '#tests/support/usage-sums.ts'

const AT_ONCE = 3
const CALLS = 5
/** More messages than billing ever takes. */
const MOST = 200
/** A transaction that the chain has not heard of for so long is sent anew. */
const LATER_MS = 15_000
const MOST_ROUNDS = 5
const PATIENCE_MS = 900_000

let world: ChainWorld
let deploymentId: string

beforeAll(async () => {
  world = await openChainWorld()
  ;({ deploymentId } = await world.chain.script('get_settings', {}))
})

interface Scene extends AsyncDisposable {
  readonly wires: CutWires
  readonly vaultId: bigint
  readonly calls: readonly UsageEventWire[]
  /** A process that is started now. */
  start(laterMs?: number): Promise<TestContext>
}

async function openScene(): Promise<Scene> {
  const wires = openCutWires()
  const url = await wires.to((await createTestDatabase()).url)
  const accessNode = await wires.to(world.accessNode)
  const { addresses, network } = world.chain
  const chain = createChainClient({ network, accessNode, addresses })
  const parts = { chain, deploymentId, variables: { ...oracleVariables(world), LOG_LEVEL: 'silent' } }
  const vaultId = await world.openVault(await world.newWallet())
  const setUp = await contextOn(url, parts)
  const keyHash = await giveKey(setUp.ctx, vaultId)
  await setUp[Symbol.asyncDispose]()
  const startedAt = new Date().toISOString()
  const calls = Array.from({ length: CALLS }, (_, i) => usageEvent(keyHash, { startedAt, inputTokens: String(i * 91) }))
  const start = (laterMs = 0) => contextOn(url, { ...parts, clock: () => new Date(Date.now() + laterMs) })
  return { wires, vaultId, calls, start, [Symbol.asyncDispose]: () => wires[Symbol.asyncDispose]() }
}

/** All that the oracle does with usage: it stores it, plans a reading, brings it to the chain, writes down the end. */
async function bill(ctx: ServiceContext, calls: readonly UsageEventWire[]): Promise<void> {
  await ingestEvents(ctx, { road: 'plugin', items: calls.map((raw) => ({ raw })) })
  await planReadings(ctx)
  await dispatchOutbox(ctx, createReadingHandler())
}

/** A process that goes on where the last one died, some time later. */
async function billToTheEnd({ start, calls }: Scene, told = calls): Promise<void> {
  await using opened = await start(LATER_MS)
  const { ctx } = opened
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    await ctx.db.update(outbox).set({ runAt: new Date(0), leasedUntil: new Date(0) })
    await bill(ctx, told)
    if ((await ctx.db.$count(meterPeriods, sql`tokens <> settled_tokens`)) === 0) return
  }
}

async function expectBilledOnce({ start, vaultId, calls }: Scene): Promise<void> {
  await using opened = await start()
  await expectChargedOnce(opened.ctx, vaultId, calls)
  expect(await wrongSums(opened.ctx.db)).toEqual([])
  expect(await brokenTrees(opened.ctx.db)).toEqual([])
}

/** Kills the process at one message; false: it needed fewer. */
async function dieAt(message: number, how: Cut): Promise<boolean> {
  await using scene = await openScene()
  const { wires } = scene
  const opened = await scene.start()
  wires.cutAt(message, how)
  await bill(opened.ctx, scene.calls).catch(() => undefined)
  const died = wires.isCut()
  wires.mend()
  await opened[Symbol.asyncDispose]()
  try {
    await billToTheEnd(scene)
    await expectBilledOnce(scene)
  } catch (cause) {
    throw new Error(`killed ${how} message ${message}`, { cause })
  }
  return died
}

test.each(['before', 'after'] as const)(
  'a process that is cut off %s any message to database or chain leaves what is billed once',
  async (how) => {
    let next = 1
    let points = 0
    let isOver = false
    const worker = async (): Promise<void> => {
      while (!isOver && next <= MOST) {
        const died = await dieAt(next++, how)
        if (died) points += 1
        else isOver = true
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    expect(points).toBeGreaterThan(15)
    expect(points).toBeLessThan(MOST)
    console.log(`cut off ${how} each of ${points} messages`)
  },
  PATIENCE_MS,
)

test('a sender that names its calls anew when it repeats them is found out', async () => {
  await using scene = await openScene()
  const opened = await scene.start()
  await bill(opened.ctx, scene.calls)
  await opened[Symbol.asyncDispose]()
  const again = scene.calls.map(({ keyHash, startedAt }) => usageEvent(keyHash, { startedAt }))
  await billToTheEnd(scene, again)
  await expect(expectBilledOnce(scene)).rejects.toThrow('to deeply equal')
})
