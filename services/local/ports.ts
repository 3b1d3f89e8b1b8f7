import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts'

const loopback = '127.0.0.1'
const claimSchema = z.object({ pid: z.number().int(), startedAt: z.string() })

/** The wanted port when it is free on loopback, else one that is. Two starts at one moment never choose the same. */
export async function choosePort(wanted: number): Promise<number> {
  if (wanted !== 0 && (await isFree(wanted)) && claim(wanted)) return wanted
  for (;;) {
    const port = await anyFreePort()
    if (claim(port)) return port
  }
}

/** A port that nobody listens on at this moment. */
export function anyFreePort(): Promise<number> {
  return listenBriefly(0)
}

/** A chosen port is only used some time later: until this process ends, no other start may choose it. */
function claim(port: number): boolean {
  const folder = join(tmpdir(), `flareflow-ports-${process.getuid?.() ?? ''}`)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, String(port))
  const holder = readClaim(path)
  if (holder !== null && isRunning(holder)) return false
  if (holder !== null) rmSync(path, { force: true })
  try {
    writeFileSync(path, JSON.stringify(ownIdentity()), { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Half a claim is being written, or was when its machine stopped: it reads as nobody's and is replaced. */
function readClaim(path: string): ProcessIdentity | null {
  if (!existsSync(path)) return null
  try {
    return claimSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return { pid: 0, startedAt: '' }
    throw error
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
