import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHome } from '#services/local/home.ts'
import { createSupervisor, type Supervisor } from '#services/local/supervisor.ts'
import { createParts } from './parts.ts'

export interface TestStack {
  /** Where test files ask for parts; the path holds a word that others don't know. */
  readonly url: string
  close(): Promise<void>
}

/**
 * One set of real parts for a whole run of tests, in a state folder of its own. A part starts at the first request
 * for it; all of them end with the run, also when the run is killed.
 */
export async function openTestStack(): Promise<TestStack> {
  const folder = mkdtempSync(join(tmpdir(), 'flareflow-test-'))
  const home = openHome(folder)
  let supervisor: Supervisor | null = null
  const parts = createParts(home, () => (supervisor ??= createSupervisor(home)))
  const word = randomBytes(16).toString('hex')
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = (request.url ?? '').replace(`/${word}/`, '')
    const part = parts[name]
    if (part === undefined) return void response.writeHead(404).end()
    try {
      const body = JSON.stringify(await part())
      response.writeHead(200, { 'content-type': 'application/json' }).end(body)
    } catch (error) {
      response
        .writeHead(500)
        .end(error instanceof Error ? `${error.message}\n${String(error.cause ?? '')}` : String(error))
    }
  }

  async function close(): Promise<void> {
    server.close()
    server.closeAllConnections()
    await supervisor?.stop()
    rmSync(folder, { recursive: true, force: true })
  }

  return { url: `http://127.0.0.1:${address.port}/${word}`, close }
}
