import { AppError } from '#lib/errors/app-error.ts'
import { type Period, periodOf, previousPeriod } from '#lib/period/period.ts'
import type { Schedule } from '#lib/pricing/schedule.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { createGroup } from '#services/platform/group-commit.ts'
import { getSchedule } from '#services/pricing/index.ts'
import { refreshReports } from '#services/vault-guard/index.ts'
import { type Decision, decideBatch } from './decide-batch.ts'
import type { PlacedVaultHold, PlaceVaultHold } from './schemas.ts'
import { insertHolds, lockReports, readStanding, voidHold } from './store.ts'

/**
 * Places and voids holds on vaults. Requests that arrive while a transaction runs share the next: a hot vault costs one
 * lock.
 */
export interface VaultHoldWriter {
  place(request: PlaceVaultHold): Promise<PlacedVaultHold>
  /** Ends the hold of a request that cost nothing. Repeating it does nothing; one with an event stays posted. */
  void(id: string): Promise<void>
}

interface Waiting {
  readonly request: PlaceVaultHold
  /** The chain was asked for this request already. */
  readonly isLast: boolean
  readonly resolve: (answer: PlacedVaultHold) => void
  readonly reject: (error: unknown) => void
}

/** Requests decided in one transaction, at most. */
const TOGETHER = 500
/** Nobody is refused on knowledge older than this: a deposit may have come since. */
const REFUSAL_AGE_MS = 1_000
/** Beyond the guard's own pace, in case a round takes long or fails. */
const SLACK_MS = 10_000

/** What the chain said longer ago than this grants nothing. */
const oldestReportMs = ({ env }: ServiceContext): number => 2 * env.guard.intervalMs + SLACK_MS

/** Read before the transaction: the chain may have to be asked, once a month. */
async function readSchedules(ctx: ServiceContext, open: Period): Promise<Map<Period, Schedule>> {
  const periods = [open, previousPeriod(open)]
  return new Map(await Promise.all(periods.map(async (period) => [period, await getSchedule(ctx, period)] as const)))
}

async function decideTogether(ctx: ServiceContext, requests: readonly PlaceVaultHold[]): Promise<Decision[]> {
  const now = ctx.clock()
  const period = periodOf(now)
  const schedules = await readSchedules(ctx, period)
  const vaultIds = [...new Set(requests.map(({ vaultId }) => vaultId))]
  const ids = requests.map(({ id }) => id)
  return withTransaction(ctx, async (tx) => {
    const { db, deploymentId } = tx
    // In this order on the wire: what stands is read under the locks.
    const [reports, standing] = await Promise.all([
      lockReports(db, deploymentId, vaultIds),
      readStanding(db, deploymentId, { vaultIds, ids, from: previousPeriod(period) }),
    ])
    const { decisions, placed } = decideBatch({ now, reports, standing, schedules }, requests)
    const oldest = now.getTime() - oldestReportMs(ctx)
    const tooOld = new Set(requests.filter((_, i) => isBefore(decisions[i], oldest)).map(({ id }) => id))
    await insertHolds(
      db,
      deploymentId,
      placed.filter(({ id }) => !tooOld.has(id)),
    )
    return decisions.map((decision, i) => (tooOld.has(ids[i] ?? '') ? { ...decision, answer: null } : decision))
  })
}

const isBefore = (decision: Decision | undefined, time: number): boolean =>
  decision?.asOf === null || decision === undefined || decision.asOf.getTime() < time

const cannotTell = (vaultId: bigint): AppError =>
  new AppError('chain_unreachable', 'What the subscription can pay is not known right now. Try again in a moment.', {
    internal: `no report of vault ${vaultId} that is new enough`,
  })

/** Asks the chain for a vault; those who want the same one meanwhile wait for the same answer. */
function refreshOnce(ctx: ServiceContext): (vaultId: bigint) => Promise<void> {
  const reading = new Map<bigint, Promise<void>>()
  return (vaultId) => {
    const under = reading.get(vaultId)
    if (under) return under
    const started = refreshReports(ctx, [vaultId]).finally(() => reading.delete(vaultId))
    reading.set(vaultId, started)
    return started
  }
}

/** One writer a process: it is what keeps a hot vault's requests from queueing for a lock each. */
export function createVaultHoldWriter(ctx: ServiceContext): VaultHoldWriter {
  requireSystem(ctx.actor)
  const refresh = refreshOnce(ctx)
  const add = createGroup<Waiting>({ take: () => TOGETHER, write: writeBatch })

  /** Asks the chain and decides once more; the others don't wait meanwhile. */
  async function askChain(item: Waiting, refusal: PlacedVaultHold | null): Promise<void> {
    const { request, reject, resolve } = item
    try {
      await refresh(request.vaultId)
      add({ ...item, isLast: true })
    } catch (error) {
      if (refusal) resolve(refusal)
      else reject(error)
    }
  }

  function finish(item: Waiting, { answer, asOf }: Decision): void {
    const { request, isLast, resolve, reject } = item
    const ageMs = asOf === null ? Number.POSITIVE_INFINITY : ctx.clock().getTime() - asOf.getTime()
    const isSettled = answer !== null && (answer.ok || ageMs <= REFUSAL_AGE_MS)
    if (answer !== null && (isSettled || isLast)) resolve(answer)
    else if (isLast) reject(cannotTell(request.vaultId))
    else void askChain(item, answer)
  }

  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    const decisions = await decideTogether(
      ctx,
      batch.map(({ request }) => request),
    )
    batch.forEach((item, i) => finish(item, decisions[i] ?? { answer: null, asOf: null }))
  }

  return {
    place: (request) =>
      new Promise((resolve, reject) => {
        add({ request, isLast: false, resolve, reject })
      }),
    async void(id) {
      await voidHold(ctx.db, id, ctx.clock())
    },
  }
}
