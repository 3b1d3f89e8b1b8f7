import { createAdaptorServer } from '@hono/node-server'
import { createGateway } from '#services/gateway/index.ts'
import { openContainer } from '#services/platform/container.ts'
import { migrate } from '#services/platform/db/migrate.ts'
import type { Env } from '#services/platform/env.ts'
import { closeServer, listen, openPatiently, within } from '#services/platform/http-server.ts'
import { welcomeWarning } from '#services/platform/welcome-warning.ts'

interface RunningGateway {
  readonly port: number
  /** Finishes what is running and lets go of everything. */
  stop(): Promise<void>
}

/** The longest that requests under way are waited for at the end; what is cut off is the sweeper's. */
const DRAIN_MS = 30_000
const CLOSE_MS = 2_000

/** Serves the gateway alone, without pages: where many requests come, or apart from the dashboard. */
export async function runGateway(env: Env): Promise<RunningGateway> {
  const container = await openPatiently(async () => {
    await migrate(env.database.url)
    return openContainer(env, { name: 'gateway' })
  })
  const ctx = container.contextFor({ kind: 'anonymous' })
  const gateway = createGateway(ctx)
  const server = createAdaptorServer({
    fetch: gateway,
    // Sockets that send nothing; the body's own time limit is the gateway's.
    serverOptions: { requestTimeout: 0, headersTimeout: env.gateway.bodyMs },
  })
  const stop = async (): Promise<void> => {
    server.close()
    await within(DRAIN_MS, gateway.idle())
    await closeServer(server)
    await within(CLOSE_MS, Promise.all([gateway.close(), container.close()]))
  }
  const { port, host } = env.gateway
  const taken = `Port ${port} of the gateway is taken. Set GATEWAY_PORT to a free one.`
  try {
    const listening = await listen(server, { port, host, taken })
    const warning = welcomeWarning(env)
    if (warning) ctx.log.warn(warning)
    ctx.log.info({ port: listening }, 'the gateway is ready')
    return { port: listening, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
