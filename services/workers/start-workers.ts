import { createKeyReconciler, keyStateHandler } from '#services/api-keys/index.ts'
import { keepStorage, pollHandler, pollSpendLogs } from '#services/metering/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { dispatchOutbox, type OutboxHandler } from '#services/platform/outbox/dispatch.ts'
import { createReadingHandler, type OnStep, planReadings } from '#services/settlement/index.ts'
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

const jobContext = (ctx: ServiceContext, job: string): ServiceContext =>
  withActor({ ...ctx, log: ctx.log.child({ job }) }, { kind: 'system', job })

/** Starts the oracle's loops. Each has its own pace: none waits for another. */
export function startWorkers(ctx: ServiceContext, onStep: OnStep = () => {}): Workers {
  const { settleIntervalMs, pollIntervalMs } = ctx.env.oracle
  const loop = (name: string, intervalMs: number, run: (job: ServiceContext) => Promise<boolean>): Loop => {
    const job = jobContext(ctx, name)
    return startLoop({ name, intervalMs, log: job.log, run: () => run(job) })
  }
  const outbox = (handler: OutboxHandler, afterwards: (job: ServiceContext) => Promise<unknown> = async () => {}) =>
    loop(handler.kind, OUTBOX_INTERVAL_MS, async (job) => {
      const claimed = await dispatchOutbox(job, handler)
      if (claimed > 0) await afterwards(job)
      return claimed > 0
    })
  const reconcileKeys = createKeyReconciler()
  const loops = [
    loop('settlement.plan', settleIntervalMs, async (job) => (await planReadings(job, { onStep })) > 0),
    // A past period waits for no more usage: after one has settled the next follows at once.
    outbox(createReadingHandler(onStep), (job) => planReadings(job, { scope: 'past', onStep })),
    loop('metering.spend-logs', pollIntervalMs, async (job) => {
      const run = await pollSpendLogs(job)
      if (run.failed > 0) job.log.warn(run, 'some spend logs could not be read')
      return false
    }),
    outbox(pollHandler),
    loop('metering.storage', STORAGE_INTERVAL_MS, async (job) => {
      await keepStorage(job)
      return false
    }),
    outbox(keyStateHandler),
    loop('api-keys.reconcile', RECONCILE_KEYS_MS, async (job) => {
      await reconcileKeys(job)
      return false
    }),
  ]
  return {
    states: () => loops.map((each) => each.state()),
    stop: async () => {
      await Promise.all(loops.map((each) => each.stop()))
    },
  }
}
