import { once } from 'node:events'
import { createServer, request } from 'node:http'

/** A Flow node behind a wire that loses requests and answers, and that now and then answers for nobody. */
export interface FaultyNode extends AsyncDisposable {
  readonly url: string
  /** Requests that something happened to. */
  readonly faults: () => number
  /** In percent of the requests. */
  faultPercent: number
}

type Fate = 'pass' | 'lose request' | 'lose answer' | 'status 500' | 'not found'
const FATES: readonly Fate[] = ['lose request', 'lose answer', 'status 500', 'not found']

export async function startFaultyNode(target: string, roll: (sides: number) => number): Promise<FaultyNode> {
  const state = { faultPercent: 0, faults: 0 }
  function fateOf(isRead: boolean): Fate {
    if (roll(100) >= state.faultPercent) return 'pass'
    state.faults += 1
    const fate = FATES[roll(FATES.length)] ?? 'pass'
    // A node that is behind has not heard of what it is asked for; it can't unknow what it is sent.
    return fate === 'not found' && !isRead ? 'lose answer' : fate
  }
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url = '' } = incoming
    const fate = fateOf(method === 'GET' && url.includes('/transaction_results/'))
    if (fate === 'lose request') return void incoming.socket.destroy()
    if (fate === 'status 500') return void outgoing.writeHead(500).end('{"code":500,"message":"boom"}')
    if (fate === 'not found') return void outgoing.writeHead(404).end('{"code":404,"message":"not found"}')
    const onward = request(new URL(url, target), { method, headers }, (answer) => {
      if (fate === 'lose answer') return void answer.resume().on('end', () => incoming.socket.destroy())
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => incoming.socket.destroy())
    incoming.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    faults: () => state.faults,
    get faultPercent() {
      return state.faultPercent
    },
    set faultPercent(percent) {
      state.faultPercent = percent
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await Promise.resolve()
    },
  }
}
