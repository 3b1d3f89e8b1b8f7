import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** `before`: the message never arrives. `after`: it does, and its answer is lost. */
export type Cut = 'before' | 'after'

/** The wires of one process to its database and its chain. Cut once, nothing goes through any of them. */
export interface CutWires extends AsyncDisposable {
  /** Address of a server by way of these wires. */
  to(url: string): Promise<string>
  /** From now on messages of the process are counted, and this one is the last. */
  cutAt(message: number, how: Cut): void
  /** Everything goes through, as for a process that was started anew. */
  mend(): void
  /** Messages since the last `cutAt`. */
  readonly messages: () => number
  readonly isCut: () => boolean
}

/** What has no answer within this time has none. */
const ANSWER_MS = 1_000

export function openCutWires(): CutWires {
  const servers: Server[] = []
  const sockets = new Set<Socket>()
  const state = { messages: 0, last: Number.POSITIVE_INFINITY, how: 'before' as Cut, isCut: false }

  function cut(): void {
    state.isCut = true
    for (const socket of sockets) socket.destroy()
  }

  function keep(socket: Socket): Socket {
    sockets.add(socket)
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket))
    return socket
  }

  function join(near: Socket, host: string, port: number): void {
    if (state.isCut) return void near.destroy()
    const far = keep(connect(port, host))
    keep(near)
    let answersAreLost = false
    near.on('data', (message) => {
      state.messages += 1
      if (state.messages !== state.last) return void far.write(message)
      if (state.how === 'before') return cut()
      answersAreLost = true
      far.write(message)
      setTimeout(cut, ANSWER_MS).unref()
    })
    far.on('data', (answer) => (answersAreLost ? cut() : void near.write(answer)))
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  }

  return {
    async to(url) {
      const target = new URL(url)
      const { hostname, port } = target
      const server = createServer((near) => join(near, hostname, Number(port)))
      servers.push(server)
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const address = server.address()
      if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
      return Object.assign(target, { hostname: '127.0.0.1', port: String(address.port) }).toString()
    },
    cutAt: (message, how) => void Object.assign(state, { messages: 0, last: message, how }),
    mend: () => void Object.assign(state, { last: Number.POSITIVE_INFINITY, isCut: false }),
    messages: () => state.messages,
    isCut: () => state.isCut,
    async [Symbol.asyncDispose]() {
      cut()
      for (const server of servers) server.close()
      await Promise.resolve()
    },
  }
}
