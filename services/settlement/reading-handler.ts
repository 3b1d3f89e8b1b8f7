import { setTimeout as sleep } from 'node:timers/promises'
import { batchesOf, MOST_READINGS, type Weighable } from '#lib/settlement/reading-batches.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { ClaimedMessage, OutboxHandler, Outcome } from '#services/platform/outbox/dispatch.ts'
import { getReports } from '#services/vaults/index.ts'
import { READING_KIND } from './plan-readings.ts'
import { Outcomes, resolveReading } from './resolve-readings.ts'
import type { OnStep } from './schemas.ts'
import { findOpenReadings, type ReadingRow } from './store.ts'
import { submitReadings } from './submit-readings.ts'

/** In a transaction, after one that changed nothing. */
const FEWER_READINGS = 20
const SEAL_WAIT_MS = 20_000
const LOOK_AGAIN_MS = 1_000

/** Brings readings to the chain. Safe to repeat at every point: what was sent is looked for before anything is sent. */
export function createReadingHandler(onStep: OnStep = () => {}): OutboxHandler {
  return {
    kind: READING_KIND,
    batch: MOST_READINGS,
    async handle(ctx, messages) {
      const outcomes = new Map<string, Outcome>()
      const transactions = new Outcomes(ctx)
      const rows = await findOpenReadings(ctx.db, ctx.deploymentId, messages.map(readingIdOf))
      for (const group of groupsOf(await weighed(ctx, rows)))
        await advance(ctx, group, { outcomes, transactions, onStep })
      // A reading that is not open any more has ended.
      return new Map(messages.map((message) => [message.id, outcomes.get(readingIdOf(message)) ?? { kind: 'done' }]))
    },
  }
}

const readingIdOf = ({ payload }: ClaimedMessage): string => String(payload['readingId'])

/** How a vault pays decides how many of its kind fit into a transaction. One that isn't known counts as the largest. */
async function weighed(ctx: ServiceContext, rows: readonly ReadingRow[]): Promise<Array<ReadingRow & Weighable>> {
  const ids = rows.filter(({ status }) => status === 'planned').map(({ vaultId }) => vaultId)
  const accruing = (await getReports(ctx, ids)).filter(({ automaticPayment }) => !automaticPayment)
  const known = new Set(accruing.map(({ id }) => id))
  return rows.map((row) => ({ ...row, paysAtOnce: !known.has(row.vaultId) }))
}

/**
 * What was sent is looked for one by one. What was not goes together; if a transaction changed nothing, in smaller
 * ones, and at last alone, so that a reading that fails spoils no batch for long.
 */
function groupsOf(rows: ReadonlyArray<ReadingRow & Weighable>): ReadingRow[][] {
  const planned = rows.filter(({ status }) => status === 'planned')
  const sent = rows.filter(({ status }) => status === 'submitted')
  return [
    ...batchesOf(
      planned.filter(({ attempts }) => attempts === 0),
      MOST_READINGS,
    ),
    ...sent.map((row) => [row]),
    ...batchesOf(
      planned.filter(({ attempts }) => attempts === 1),
      FEWER_READINGS,
    ),
    ...planned.filter(({ attempts }) => attempts > 1).map((row) => [row]),
  ]
}

interface Round {
  readonly outcomes: Map<string, Outcome>
  readonly transactions: Outcomes
  readonly onStep: OnStep
}

async function advance(ctx: ServiceContext, group: readonly ReadingRow[], round: Round): Promise<void> {
  const { outcomes, transactions, onStep } = round
  const give = (rows: readonly ReadingRow[], outcome: Outcome): void =>
    rows.forEach(({ id }) => outcomes.set(id, outcome))
  try {
    if (group.some(({ status }) => status === 'planned')) {
      const txId = await submitReadings(ctx, group, onStep)
      if (txId === null) return give(group, { kind: 'later', afterMs: LOOK_AGAIN_MS })
      await waitForSeal(ctx, txId)
      onStep('after-seal')
    }
    const ids = group.map(({ id }) => id)
    for (const row of await findOpenReadings(ctx.db, ctx.deploymentId, ids)) {
      give([row], outcomeOf(await resolveReading(ctx, row, transactions), row))
    }
  } catch (error) {
    ctx.log.warn({ err: error, readings: group.map(({ id }) => id) }, 'readings could not be brought to the chain')
    const failed = { kind: 'error' as const, error: error instanceof Error ? error.message : String(error) }
    give(
      group.filter(({ id }) => !outcomes.has(id)),
      failed,
    )
  }
}

function outcomeOf(resolution: Awaited<ReturnType<typeof resolveReading>>, row: ReadingRow): Outcome {
  if (resolution === 'ended') return { kind: 'done' }
  if (resolution === 'waiting') return { kind: 'later', afterMs: LOOK_AGAIN_MS }
  return { kind: 'error', error: `planned again after try ${row.attempts + 1}` }
}

/** Most transactions seal within seconds; a slower one is looked at again later. */
async function waitForSeal(ctx: ServiceContext, txId: string): Promise<void> {
  const deadline = performance.now() + SEAL_WAIT_MS
  for (let waitMs = 25; performance.now() < deadline; waitMs = Math.min(waitMs * 2, LOOK_AGAIN_MS)) {
    const { state } = await ctx.chain.status(txId)
    if (state !== 'pending' && state !== 'unknown') return
    await sleep(waitMs)
  }
}
