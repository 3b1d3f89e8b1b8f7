import {
  addressHandler,
  confirmationHandler,
  createDeliveryHandlers,
  watchOperation,
  watchReminders,
  watchUsage,
} from '#services/alerts/index.ts'
import { forgetVisitors } from '#services/accounts/index.ts'
import { createKeyReconciler, keyStateHandler } from '#services/api-keys/index.ts'
import { expireGrants } from '#services/credits/index.ts'
import {
  correctCounted,
  createHoldSweeper,
  createOwnEventReporter,
  forgetAnswers,
  ownEventHandler,
} from '#services/gateway/index.ts'
import { watchTopups } from '#services/flow-topups/index.ts'
import { compareKeyLimits, createLimitChecker, keyLimitsHandler, testEnforcement } from '#services/limits/index.ts'
import { keepStorage, pollDueKeys, pollHandler } from '#services/metering/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { dispatchOutbox, type OutboxHandler } from '#services/platform/outbox/dispatch.ts'
import { keepRateLimits } from '#services/rate-limits/index.ts'
import { createRefillHandler, planRefills } from '#services/refills/index.ts'
import type { OracleRole } from '#services/platform/settings.ts'
import { reconcileNightly, reconciliationHandler } from '#services/reconciliation/index.ts'
import { createReadingHandler, type OnStep, planReadings } from '#services/settlement/index.ts'
import { createVaultGuard } from '#services/vault-guard/index.ts'
import { sweepVaultHolds } from '#services/vault-holds/index.ts'
import { type Loop, type LoopState, startLoop } from './loop.ts'

export interface Workers {
  states(): LoopState[]
  stop(): Promise<void>
}

/** How often the outbox is looked at. */
const OUTBOX_INTERVAL_MS = 250

/** How often the months' partitions and rollups are looked after. */
const STORAGE_INTERVAL_MS = 86_400_000

/** How often a few keys are compared with LiteLLM's state of them. */
const RECONCILE_KEYS_MS = 10_000

/** How often it is asked whose limits have to be checked: usage beyond one goes on for so long. */
const LIMITS_INTERVAL_MS = 250

/** How often a key of our own is driven over its limits, to see that LiteLLM refuses it. */
const ENFORCEMENT_INTERVAL_MS = 3_600_000

/** How often it is looked whether the night's comparison with LiteLLM's books is due. */
const NIGHTLY_MS = 60_000

/** How often the operator's conditions are looked at, accounts' usage, and the chain's reminders. */
const WATCH_MS = { operation: 30_000, usage: 60_000, reminders: 5_000 }

/** How often given credits are ended, low accounts refilled, and what is not needed any more cleared away. */
const CREDITS_MS = { grants: 60_000, refills: 15_000, tidying: 3_600_000 }

/** How often holds are looked for that nobody ended, and requests that no road has told of. */
const HOLDS_INTERVAL_MS = 5_000

/** How often it is looked whether FLOW arrived for credits. */
const TOPUPS_MS = 2_000

const jobContext = (ctx: ServiceContext, job: string): ServiceContext =>
  withActor({ ...ctx, log: ctx.log.child({ job }) }, { kind: 'system', job })

/** One round. True: there is more to do. */
type Round = (job: ServiceContext) => Promise<unknown>

/** Starts the loops of this process's roles. Each has its own pace: none waits for another. */
export function startWorkers(ctx: ServiceContext, onStep: OnStep = () => {}): Workers {
  const { settleIntervalMs, pollIntervalMs, roles } = ctx.env.oracle
  const loops: Loop[] = []
  const loop = (role: OracleRole, name: string, intervalMs: number, round: Round): void => {
    if (!roles.includes(role)) return
    const job = jobContext(ctx, name)
    loops.push(startLoop({ name, intervalMs, log: job.log, run: async () => (await round(job)) === true }))
  }
  const outbox = (role: OracleRole, handler: OutboxHandler, afterwards: Round = async () => {}): void =>
    loop(role, handler.kind, OUTBOX_INTERVAL_MS, async (job) => {
      const claimed = await dispatchOutbox(job, handler)
      if (claimed > 0) await afterwards(job)
      return claimed > 0
    })
  loop('settler', 'settlement.plan', settleIntervalMs, async (job) => (await planReadings(job, { onStep })) > 0)
  // A past period waits for no more usage: after one has settled the next follows at once.
  outbox('settler', createReadingHandler(onStep), (job) => planReadings(job, { scope: 'past', onStep }))
  loop('poller', 'metering.spend-logs', pollIntervalMs, async (job) => {
    const run = await pollDueKeys(job)
    if (run.failed > 0) job.log.warn(run, 'some spend logs could not be read')
  })
  outbox('poller', pollHandler)
  loop('poller', 'metering.storage', STORAGE_INTERVAL_MS, keepStorage)
  outbox('poller', keyStateHandler)
  loop('poller', 'vault-guard', ctx.env.guard.intervalMs, createVaultGuard())
  loop('poller', 'vault-holds.sweep', HOLDS_INTERVAL_MS, sweepVaultHolds)
  loop('poller', 'api-keys.reconcile', RECONCILE_KEYS_MS, createKeyReconciler(compareKeyLimits))
  loop('poller', 'limits.check', LIMITS_INTERVAL_MS, createLimitChecker())
  outbox('poller', keyLimitsHandler)
  loop('poller', 'limits.enforced', ENFORCEMENT_INTERVAL_MS, testEnforcement)
  for (const handler of [addressHandler, confirmationHandler, ...createDeliveryHandlers()]) outbox('poller', handler)
  loop('poller', 'gateway.holds', HOLDS_INTERVAL_MS, createHoldSweeper())
  loop('poller', 'gateway.own-events', HOLDS_INTERVAL_MS, createOwnEventReporter())
  loop('poller', 'gateway.counted', HOLDS_INTERVAL_MS, correctCounted)
  loop('poller', 'gateway.answers', NIGHTLY_MS, forgetAnswers)
  loop('poller', 'reconciliation.nightly', NIGHTLY_MS, (job) => reconcileNightly(job).then(() => false))
  outbox('poller', reconciliationHandler)
  outbox('poller', ownEventHandler)
  loop('poller', 'alerts.operation', WATCH_MS.operation, watchOperation)
  loop('poller', 'alerts.usage', WATCH_MS.usage, watchUsage)
  loop('poller', 'alerts.reminders', WATCH_MS.reminders, watchReminders)
  startCreditLoops({ loop, outbox }, ctx)
  if (ctx.env.credits.flowAddress) loop('poller', 'credits.flow', TOPUPS_MS, watchTopups)
  return {
    states: () => loops.map((each) => each.state()),
    stop: async () => {
      await Promise.all(loops.map((each) => each.stop()))
    },
  }
}

interface Starters {
  loop(role: OracleRole, name: string, intervalMs: number, round: Round): void
  outbox(role: OracleRole, handler: OutboxHandler): void
}

/** The loops of credit accounts. */
function startCreditLoops({ loop, outbox }: Starters, { env }: ServiceContext): void {
  loop('poller', 'credits.grants', CREDITS_MS.grants, expireGrants)
  loop('poller', 'credits.tidy', CREDITS_MS.tidying, async (job) => {
    await forgetVisitors(job)
    await keepRateLimits(job)
  })
  // Without Stripe nothing is bought, so nothing is planned either.
  if (env.stripe === null) return
  loop('poller', 'refills.plan', CREDITS_MS.refills, planRefills)
  outbox('poller', createRefillHandler())
}
