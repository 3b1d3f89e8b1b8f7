import { once } from 'node:events'
import { createServer } from 'node:net'

const loopback = '127.0.0.1'

/** The wanted port when it is free on loopback, else one that is. Ports already promised to others are left alone. */
export async function choosePort(wanted: number, promised: Set<number>): Promise<number> {
  const port = !promised.has(wanted) && (await isFree(wanted)) ? wanted : await anyFreePort(promised)
  promised.add(port)
  return port
}

/** A port that nobody listens on at this moment. */
export async function anyFreePort(promised: ReadonlySet<number> = new Set()): Promise<number> {
  for (;;) {
    const port = await listenBriefly(0)
    if (!promised.has(port)) return port
  }
}

/** Also a port that another program holds on all addresses, or on IPv6 loopback, counts as taken. */
async function isFree(port: number): Promise<boolean> {
  for (const host of [loopback, '::', '::1']) {
    try {
      await listenBriefly(port, host)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'EADDRINUSE' || code === 'EACCES') return false
      // A machine without IPv6 has nobody on IPv6.
      if (host === loopback || (code !== 'EADDRNOTAVAIL' && code !== 'EAFNOSUPPORT')) throw error
    }
  }
  return true
}

async function listenBriefly(port: number, host = loopback): Promise<number> {
  const server = createServer()
  server.listen({ port, host, ipv6Only: host !== loopback, exclusive: true })
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return address.port
}
