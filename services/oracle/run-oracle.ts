import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAdaptorServer, type ServerType } from '@hono/node-server'
import { AppError } from '#lib/errors/app-error.ts'
import { createIngestWriter } from '#services/metering/index.ts'
import { type Container, openContainer } from '#services/platform/container.ts'
import { migrate } from '#services/platform/db/migrate.ts'
import type { Env } from '#services/platform/env.ts'
import type { OnStep } from '#services/settlement/index.ts'
import { startWorkers } from '#services/workers/start-workers.ts'
import { createOracleApp } from './app.ts'

export interface Oracle {
  readonly port: number
  /** Finishes what is running and lets go of everything. */
  stop(): Promise<void>
}

const START_PATIENCE_MS = 60_000
const RETRY_MS = 1_000
const REQUEST_TIMEOUT_MS = 30_000
const DRAIN_MS = 5_000
const HOST = '127.0.0.1'

/** A part that is still starting is waited for; a wrong configuration is not. */
async function openPatiently(env: Env): Promise<Container> {
  const deadline = performance.now() + START_PATIENCE_MS
  for (;;) {
    try {
      await migrate(env.database.url)
      return await openContainer(env, { name: 'oracle' })
    } catch (error) {
      const mayPass = !(error instanceof AppError) || error.retryable
      if (!mayPass || performance.now() > deadline) throw error
      await sleep(RETRY_MS)
    }
  }
}

async function listen(server: ServerType, port: number): Promise<number> {
  server.listen(port, HOST)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new AppError('config_invalid', `Port ${port} of the oracle is taken. Set ORACLE_PORT to a free one.`, {
      cause,
    })
  }
  const address = server.address()
  return address && typeof address === 'object' ? address.port : port
}

async function close(server: ServerType): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  if ('closeIdleConnections' in server) server.closeIdleConnections()
  await Promise.race([closed, sleep(DRAIN_MS, undefined, { ref: false })])
  if ('closeAllConnections' in server) server.closeAllConnections()
}

/** Starts the oracle: the usage webhook and the loops that poll, plan and settle. */
export async function runOracle(env: Env, onStep: OnStep = () => {}): Promise<Oracle> {
  const container = await openPatiently(env)
  const ctx = container.contextFor({ kind: 'system', job: 'oracle' })
  const workers = startWorkers(ctx, onStep)
  const app = createOracleApp({ ctx, ingest: createIngestWriter(ctx), workers: workers.states })
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
  })
  const end = async (): Promise<void> => {
    await close(server)
    await workers.stop()
    await container.close()
  }
  try {
    const port = await listen(server, env.oracle.port)
    ctx.log.info({ port, deploymentId: ctx.deploymentId }, 'the oracle is ready')
    return { port, stop: end }
  } catch (error) {
    await end()
    throw error
  }
}
