import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** An address that leads to whichever port it was last told of, as that of a service does whose servers change. */
export interface Relay {
  readonly port: number
  /** Cuts off whoever is connected. To null: who connects is heard and never answered. */
  leadTo(port: number | null): void
  /** Cuts everybody off, and lets nobody in again. */
  close(): void
}

export async function startRelay(target: number): Promise<Relay> {
  const at: { port: number | null } = { port: target }
  const open = new Set<Socket>()
  const keep = (socket: Socket, other: Socket | null): void => {
    open.add(socket)
    // A socket that failed is closed next.
    socket
      .on('error', () => undefined)
      .on('close', () => {
        open.delete(socket)
        other?.destroy()
      })
  }
  const server = createServer((caller) => {
    const callee = at.port === null ? null : connect(at.port, '127.0.0.1')
    keep(caller, callee)
    if (callee === null) return
    keep(callee, caller)
    caller.pipe(callee).pipe(caller)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  const cutAll = (): void => open.forEach((socket) => socket.destroy())
  return {
    port: address.port,
    leadTo(port) {
      at.port = port
      cutAll()
    },
    close() {
      server.close()
      cutAll()
    },
  }
}
