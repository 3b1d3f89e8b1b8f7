import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { NodeNextRequest, NodeNextResponse } from 'next/dist/server/base-http/node.js'
import { sendResponse } from 'next/dist/server/send-response.js'
import {
  NextRequestAdapter,
  signalFromNodeResponse,
} from 'next/dist/server/web/spec-extension/adapters/next-request.js'

export interface NextServer {
  readonly url: string
  close(): Promise<void>
}

/** Serves a route's function with the parts that Next serves it with, without the pages around them. */
export async function serveByNext(handle: (request: Request) => Promise<Response>): Promise<NextServer> {
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const request = new NodeNextRequest(incoming)
    const given = NextRequestAdapter.fromNodeNextRequest(request, signalFromNodeResponse(outgoing))
    await sendResponse(request, new NodeNextResponse(outgoing), await handle(given))
  }
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => outgoing.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
