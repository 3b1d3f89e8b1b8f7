import { once } from 'node:events'
import { createAdaptorServer } from '@hono/node-server'
import { createIngestWriter } from '#services/metering/index.ts'
import { createOracleApp } from '#services/oracle/app.ts'
import type { ServiceContext } from '#services/platform/context.ts'

/** The oracle's HTTP interface in this process, on a free port; it can be shut, as if the oracle were away. */
export interface OracleServer {
  readonly url: string
  shut(): void
  open(): void
  close(): Promise<void>
}

/** The context may be completed after the start: LiteLLM has to be told the address first. */
export async function startOracleServer(contextOf: () => ServiceContext): Promise<OracleServer> {
  let isOpen = true
  let app: ReturnType<typeof createOracleApp> | null = null
  const server = createAdaptorServer({
    fetch: (request: Request) => {
      if (!isOpen) return new Response('away', { status: 503 })
      const ctx = contextOf()
      app ??= createOracleApp({ ctx, ingest: createIngestWriter(ctx), workers: () => [] })
      return app.fetch(request)
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    shut: () => void (isOpen = false),
    open: () => void (isOpen = true),
    close: async () => {
      server.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
