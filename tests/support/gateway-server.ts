import { once } from 'node:events'
import { createAdaptorServer } from '@hono/node-server'
import type { Gateway } from '#services/gateway/index.ts'

export interface GatewayServer {
  /** The base URL for clients. */
  readonly url: string
  close(): Promise<void>
}

/** A gateway on a free port, for clients that bring their own way to send. */
export async function serveGateway(gateway: Gateway): Promise<GatewayServer> {
  const server = createAdaptorServer({ fetch: gateway })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return {
    url: `http://127.0.0.1:${address.port}/api/v1/llm`,
    async close() {
      server.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
