import { setTimeout as sleep } from 'node:timers/promises'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { createIngestWriter } from '#services/metering/index.ts'
import { openContainer } from '#services/platform/container.ts'
import { migrate } from '#services/platform/db/migrate.ts'
import type { Env } from '#services/platform/env.ts'
import { closeServer, listen, openPatiently, within } from '#services/platform/http-server.ts'
import type { OnStep } from '#services/settlement/index.ts'
import { startWorkers } from '#services/workers/start-workers.ts'
import { createOracleApp } from './app.ts'

export interface Oracle {
  readonly port: number
  /** Finishes what is running and lets go of everything. */
  stop(): Promise<void>
}

const REQUEST_TIMEOUT_MS = 30_000
/** Deliveries under way are finished, but not for ever; whatever is cut off is sent again by the plug-in. */
const DRAIN_MS = 10_000
const LOOPS_MS = 20_000
const CLOSE_MS = 2_000
const LOOK_MS = 20

/** Counts requests, so that the end can wait for those that are under way. */
function countRequests(handle: (request: Request, env: unknown) => Response | Promise<Response>) {
  let underWay = 0
  const isBusy = (): boolean => underWay > 0
  return {
    async fetch(request: Request, env: unknown): Promise<Response> {
      underWay += 1
      try {
        return await handle(request, env)
      } finally {
        underWay -= 1
      }
    },
    async drained(ms: number): Promise<void> {
      const deadline = performance.now() + ms
      while (isBusy() && performance.now() < deadline) await sleep(LOOK_MS)
    },
  }
}

/**
 * Starts the oracle with the roles of its configuration. Asked to stop, it first refuses what is new with 503 and
 * finishes what is under way, then ends its loops after their rounds: within half a minute in all.
 */
export async function runOracle(env: Env, onStep: OnStep = () => {}): Promise<Oracle> {
  const container = await openPatiently(async () => {
    await migrate(env.database.url)
    return openContainer(env, { name: 'oracle' })
  })
  const ctx = container.contextFor({ kind: 'system', job: 'oracle' })
  const workers = startWorkers(ctx, onStep)
  let isStopping = false
  const ingest = createIngestWriter(ctx)
  const app = createOracleApp({ ctx, ingest, workers: workers.states, isStopping: () => isStopping })
  const requests = countRequests((request, env) => app.fetch(request, env as HttpBindings))
  const server = createAdaptorServer({
    fetch: requests.fetch,
    serverOptions: { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
  })
  const end = async (): Promise<void> => {
    isStopping = true
    const loopsEnded = workers.stop()
    await requests.drained(DRAIN_MS)
    await closeServer(server)
    await within(LOOPS_MS, loopsEnded)
    await within(CLOSE_MS, container.close())
  }
  try {
    const { host, roles } = env.oracle
    const taken = `Port ${env.oracle.port} of the oracle is taken. Set ORACLE_PORT to a free one.`
    const port = await listen(server, { port: env.oracle.port, host, taken })
    ctx.log.info({ port, roles, deploymentId: ctx.deploymentId }, 'the oracle is ready')
    return { port, stop: end }
  } catch (error) {
    await end()
    throw error
  }
}
