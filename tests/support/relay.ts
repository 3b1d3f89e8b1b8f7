import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** An address that leads to whichever port it was last told of, as that of a service does whose servers change. */
export interface Relay {
  readonly port: number
  /** How many are connected. */
  callers(): number
  /** Cuts off whoever is connected. To null: who connects is heard and never answered. */
  leadTo(port: number | null): void
  /** Cuts everybody off, and lets nobody in again. */
  close(): void
}

export async function startRelay(target: number): Promise<Relay> {
  const at: { port: number | null } = { port: target }
  const open = new Set<Socket>()
  const server = createServer((caller) => {
    open.add(caller)
    const callee = at.port === null ? null : connect(at.port, '127.0.0.1')
    callee?.on('error', () => undefined).on('close', () => caller.destroy())
    // One that failed is closed next.
    caller
      .on('error', () => undefined)
      .on('close', () => {
        open.delete(caller)
        callee?.destroy()
      })
    if (callee) caller.pipe(callee).pipe(caller)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  const cutAll = (): void => open.forEach((socket) => socket.destroy())
  return {
    port: address.port,
    callers: () => open.size,
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
