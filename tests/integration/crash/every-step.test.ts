import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { meterPeriods, outbox } from '#services/platform/db/schema/index.ts'
import { dispatchOutbox, type OutboxHandler } from '#services/platform/outbox/dispatch.ts'
import { createReadingHandler, planReadings } from '#services/settlement/index.ts'
import { expectChargedOnce, oracleVariables } from '#tests/support/billed-vault.ts'
import { type ChainWorld, openChainWorld, signerOf } from '#tests/support/chain-world.ts'
import { contextOn, type TestContext } from '#tests/support/context.ts'
import { type CrashPoint, crashingProcess } from '#tests/support/crashing-context.ts'
import { createTestDatabase } from '#tests/support/stack.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'
import { brokenTrees, wrongSums } from '#tests/support/usage-sums.ts'
import type { Wallet } from '#tests/support/web-browser.ts'

/** Points that are tried at the same time. */
const LANES = 3
const MODELS = ['gpt-4', 'gpt-4', 'claude-3-opus']
/** More than a process waits before it looks after what another left, or tries again what failed once or twice. */
const LATER_MS = 15_000
const MOST_ROUNDS = 5
const PATIENCE_MS = 600_000

/** What a process does with calls, in this order; none of it waits for the success of another. */
type Work = (ctx: ServiceContext, calls: readonly UsageEventWire[]) => ReadonlyArray<() => Promise<unknown>>

/** Stores usage, plans a reading, brings it to the chain and writes down what became of it, as the workers do. */
const billBy =
  (handler: OutboxHandler): Work =>
  (ctx, calls) => [
    () => ingestEvents(ctx, { road: 'plugin', items: calls.map((raw) => ({ raw })) }),
    () => planReadings(ctx),
    () => dispatchOutbox(ctx, handler),
  ]
const bill = billBy(createReadingHandler())

/** Where one point after another is tried. Its oracle is its own: nobody else takes sequence numbers of that key. */
interface Lane {
  readonly owner: Wallet
  /** A process on the lane's database, by a clock that is ahead. */
  start(aheadMs?: number): Promise<TestContext>
  /** Leaves what was billed wrong behind. */
  renew(): Promise<void>
}

let world: ChainWorld
let deploymentId: string
let provider: string
let lanes: readonly Lane[]

beforeAll(async () => {
  world = await openChainWorld()
  ;({ deploymentId } = await world.chain.script('get_settings', {}))
  ;({ address: provider } = await world.newWallet())
  await world.chain.send('admin/register_provider', { address: provider }, signerOf(world.accounts.admin))
  lanes = await Promise.all(Array.from({ length: LANES }, openLane))
})

async function openLane(): Promise<Lane> {
  const [owner, oracle] = [await world.newWallet('500.0'), await world.newWallet()]
  const { address, publicKey } = signerOf(oracle)
  await world.chain.send('admin/appoint_oracle', { address, publicKey }, signerOf(world.accounts.admin))
  await world.chain.send('oracle/claim_oracle', {}, signerOf(oracle))
  // A lease that is renewed meanwhile would be a step that comes when it likes.
  const variables = {
    ...oracleVariables(world),
    FLOW_ORACLE_ADDRESS: oracle.address,
    FLOW_PRIVATE_KEY: oracle.privateKey,
    LOG_LEVEL: 'silent',
    OUTBOX_LEASE: '600000',
  }
  let { url } = await createTestDatabase()
  return {
    owner,
    start: (aheadMs = 0) =>
      contextOn(url, { chain: world.chain, deploymentId, variables, clock: () => new Date(Date.now() + aheadMs) }),
    renew: async () => void ({ url } = await createTestDatabase()),
  }
}

interface Attempt {
  readonly steps: readonly string[]
  readonly isReached: boolean
  /** What is wrong with the bill. */
  readonly fault: string | null
}

/** Bills a new vault's calls by a process that comes to grief at a point, if it gets there, and then by others. */
async function attempt(lane: Lane, work: Work, point: CrashPoint): Promise<Attempt> {
  const vaultId = await world.openVault(lane.owner, { provider, deposit: '1.0' })
  const { height } = await world.chain.latestBlock()
  await using books = await lane.start()
  const keyHash = await giveKey(books.ctx, vaultId)
  const startedAt = new Date().toISOString()
  const calls = MODELS.map((model, i) => usageEvent(keyHash, { model, startedAt, inputTokens: String(i * 91) }))
  const first = crashingProcess(books.ctx, point, { chainCounts: true, connections: 1 })
  for (const part of work(first.ctx, calls)) await part().catch(() => undefined)
  await first[Symbol.asyncDispose]()
  const tried = { steps: first.steps, isReached: first.isReached() }
  try {
    if (tried.isReached) await goOn(lane, work, calls)
    await expectChargedOnce(books.ctx, vaultId, calls, height)
    expect(await wrongSums(books.ctx.db)).toEqual([])
    expect(await brokenTrees(books.ctx.db)).toEqual([])
    return { ...tried, fault: null }
  } catch (error) {
    await lane.renew()
    return { ...tried, fault: `${point.when} ${tried.steps[point.at - 1]}: ${String(error)}` }
  }
}

/** Processes that find what the one before left; the sender, who may have had no answer, tells the calls again. */
async function goOn(lane: Lane, work: Work, calls: readonly UsageEventWire[]): Promise<void> {
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    await using next = await lane.start(round * LATER_MS)
    const { ctx } = next
    // A lease ends by the database's clock, which nobody moves.
    await ctx.db.update(outbox).set({ leasedUntil: new Date(0) })
    for (const part of work(ctx, calls)) await part()
    if ((await ctx.db.$count(meterPeriods, sql`tokens <> settled_tokens`)) === 0) return
  }
}

interface Tried {
  /** At each of them a process came to grief. */
  readonly steps: readonly string[]
  readonly faults: readonly string[]
}

/** Tries every step that the work takes, from the first on until it takes no more; or those alone that match. */
async function tryEachStep(work: Work, when: CrashPoint['when'], only = /^/): Promise<Tried> {
  const [firstLane] = lanes
  if (!firstLane) throw new Error('There is no lane.')
  const { steps, fault } = await attempt(firstLane, work, { at: Number.POSITIVE_INFINITY, when })
  expect(fault, 'a process that nothing happens to').toBeNull()
  // One more than there are steps: it must not be reached.
  const points = [...steps.keys(), steps.length].filter((i) => only.test(steps[i] ?? ''))
  const attempts = new Map<number, Attempt>()
  const waiting = [...points]
  const tryNext = async (lane: Lane): Promise<void> => {
    for (let i = waiting.shift(); i !== undefined; i = waiting.shift()) {
      attempts.set(i, await attempt(lane, work, { at: i + 1, when }))
    }
  }
  await Promise.all(lanes.map(tryNext))
  const ofPoints = points.map((i) => ({ i, ...(attempts.get(i) as Attempt) }))
  const reached = ofPoints.flatMap((tried) => (tried.isReached ? [tried.steps[tried.i]] : []))
  expect(reached).toEqual(steps.filter((step) => only.test(step)))
  return { steps: steps.filter((step) => only.test(step)), faults: ofPoints.flatMap((each) => each.fault ?? []) }
}

// A step is whatever leaves the process: a statement or a call of the chain. Between two of them nothing does, so that
// to die before and after each is to die at every `await`.
test.each(['before', 'after', 'unanswered'] as const)(
  'calls are billed once whichever step their process fails at: %s',
  async (when) => {
    const { steps, faults } = await tryEachStep(bill, when)
    const ofChain = steps.filter((step) => step.startsWith('chain ')).length
    console.log(`${when}: all of ${steps.length} steps, ${ofChain} of them calls of the chain`)
    expect(faults).toEqual([])
    // Calls stored, a reading planned, its end written down: a transaction each, with the one on the chain between.
    expect(steps.filter((step) => step === 'sql commit')).toHaveLength(3)
    expect(steps).toContain('chain send oracle/submit_readings')
    expect(ofChain).toBeGreaterThan(5)
    expect(steps.length - ofChain).toBeGreaterThan(25)
    expect(steps.length).toBeLessThan(100)
  },
  PATIENCE_MS,
)

describe('the same comparison finds out', { timeout: PATIENCE_MS }, () => {
  test('a worker that ticks off a message before it carries it out', async () => {
    const { kind, batch, handle } = createReadingHandler()
    const tickOff: OutboxHandler['handle'] = async (ctx, messages) => {
      await ctx.db.update(outbox).set({ doneAt: ctx.clock() })
      return handle(ctx, messages)
    }
    const { faults } = await tryEachStep(billBy({ kind, batch, handle: tickOff }), 'before', /^chain /)
    expect(faults).toContainEqual(expect.stringMatching(/before chain send .*Nothing was settled/))
  })

  test('transactions that are none', async () => {
    const torn: Work = (ctx, calls) => bill(withoutTransactions(ctx), calls)
    const { faults } = await tryEachStep(torn, 'after', /^sql insert/)
    // Statements of one batch are under way together: which of them are kept without the others is chance.
    expect(faults).toContainEqual(expect.stringMatching(/after sql insert into (events|event_identities|meters)\b/))
  })
})

/** Each statement is kept by itself. */
function withoutTransactions(ctx: ServiceContext): ServiceContext {
  const db = Object.create(ctx.db) as ServiceContext['db']
  return {
    ...ctx,
    db: Object.assign(db, { $client: null, transaction: (work: (tx: typeof db) => unknown) => work(db) }),
  }
}
