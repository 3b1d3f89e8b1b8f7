import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll } from 'vitest'
import { cacheFolder, type Home, openHome, projectRoot } from '#services/local/home.ts'
import { createSupervisor, type Supervisor } from '#services/local/supervisor.ts'
import { TEST_SECRET } from './context.ts'

export interface OracleProcess {
  readonly url: string
  readonly pid: number
  /** All that it wrote so far. */
  output(): string
  /** Resolves with the signal or exit code that ended it. */
  readonly ended: Promise<string>
  /** Ends it as a power cut would. */
  kill(): Promise<string>
  /** Asks it to end, as a supervisor does. */
  stop(): Promise<string>
}

const READY = 'the oracle is ready'

/** Ends a test file's oracles with it, also when its process is killed. */
let guard: { home: Home; supervisor: Supervisor } | null = null

function guarded(child: ChildProcess): void {
  if (guard === null) {
    const home = openHome(mkdtempSync(join(tmpdir(), 'flareflow-oracles-')))
    guard = { home, supervisor: createSupervisor(home) }
  }
  guard.supervisor.adopt(child, { name: 'oracle', stage: 1, once: true })
}

afterAll(async () => {
  await guard?.supervisor.kill()
  if (guard) rmSync(guard.home.root, { recursive: true, force: true })
})

/** The real oracle as a process of its own, on a free port. */
export async function startOracleProcess(
  variables: Record<string, string>,
  { logLevel = 'info' }: { logLevel?: 'info' | 'trace' } = {},
): Promise<OracleProcess> {
  const child = spawn(process.execPath, [join(projectRoot, 'services/bin/oracle.ts')], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      // Most of a start is reading the code: what was read once is kept for the many starts of a run.
      NODE_COMPILE_CACHE: join(cacheFolder(), 'compiled'),
      ORACLE_PORT: '0',
      ...variables,
      NODE_ENV: 'test',
      LOG_LEVEL: logLevel,
    },
  })
  guarded(child)
  const output: string[] = []
  const ended = once(child, 'close').then(([code, signal]) => String(signal ?? code))
  child.stderr.on('data', (chunk) => output.push(String(chunk)))
  const port = await portOf(child, output, ended)
  const end = (signal: NodeJS.Signals): Promise<string> => {
    child.kill(signal)
    return ended
  }
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    output: () => output.join('\n'),
    ended,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
}

async function portOf(child: ChildProcess, output: string[], ended: Promise<string>): Promise<number> {
  const { stdout } = child
  if (!stdout) throw new Error('The oracle has no output.')
  const lines = createInterface({ input: stdout })
  const ready = new Promise<number>((resolve) => {
    lines.on('line', (line) => {
      output.push(line)
      if (line.includes(READY)) resolve((JSON.parse(line) as { port: number }).port)
    })
  })
  const died = ended.then((how) => Promise.reject(new Error(`The oracle ended (${how}): ${output.join('\n')}`)))
  died.catch(() => {})
  return Promise.race([ready, died])
}

/** Headers that the plug-in sends with a body. */
export function signedHeaders(body: string | Buffer, secret = TEST_SECRET, at = new Date()): Record<string, string> {
  const timestamp = Math.floor(at.getTime() / 1000).toString()
  const signature = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')
  return {
    'content-type': 'application/json',
    'x-flareflow-timestamp': timestamp,
    'x-flareflow-signature': `v1=${signature}`,
  }
}

/** Delivers events as the plug-in does. */
export async function deliver(url: string, events: readonly unknown[]): Promise<Record<string, unknown>> {
  const body = JSON.stringify({ source: 'flareflow-meter', version: 1, events })
  const response = await fetch(`${url}/webhook/usage`, { method: 'POST', headers: signedHeaders(body), body })
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}
