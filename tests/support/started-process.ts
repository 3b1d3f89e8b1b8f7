import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { projectRoot } from '#services/local/home.ts'
import { processesWithEnvironment } from '#services/local/process-identity.ts'

/** `npm start` as a terminal runs it: the leader of a process group that a Ctrl-C reaches as a whole. */
export interface StartedProcess {
  readonly npm: number
  readonly output: () => string
  /** Resolves with the address once everything is ready; rejects with the output when it ends before. */
  readonly ready: Promise<string>
  readonly exit: Promise<number | NodeJS.Signals>
}

export interface StartSettings {
  readonly home: string
  readonly file?: string
  readonly args?: readonly string[]
  readonly env?: Record<string, string>
}

const smallStart = 'tests/support/small-start.ts'
const running = new Set<ChildProcess>()

/** Starts the given file the way `npm start` starts the stack. */
export function npmStart({ home, file = smallStart, args = [], env = {} }: StartSettings): StartedProcess {
  const folder = packageThatStarts(file)
  const child = spawn('npm', ['start', '--silent', '--', ...args], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...ownEnvironment(), FLAREFLOW_HOME: home, ...env },
  })
  running.add(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)))
  const exit = once(child, 'close').then(([code, signal]) => {
    running.delete(child)
    rmSync(folder, { recursive: true, force: true })
    return code ?? signal
  })
  const ready = Promise.race([announcedAddress(() => text), exit.then(() => Promise.reject(new Error(text)))])
  ready.catch(() => {})
  return { npm: child.pid ?? 0, output: () => text, ready, exit }
}

/** Kills what a failed test left running. */
export function killStarted(): void {
  for (const child of running) if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
}

/** Everything that runs for a state folder: npm, the launcher, the start, the keeper, the parts, their children. */
export function processesOf(home: string): number[] {
  return processesWithEnvironment('FLAREFLOW_HOME', home).map(({ pid }) => pid)
}

/** The process of a state folder that runs the file. */
export function processOf(home: string, file: string): number {
  const runsFile = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[1]?.endsWith(file)
  const found = processesOf(home).find(runsFile)
  if (found === undefined) throw new Error(`No process of ${home} runs ${file}.`)
  return found
}

/** Resolves with what is left after the time a graceful end may take; nothing, when all is well. */
export async function leftOf(home: string, withinMs = 60_000): Promise<number[]> {
  const deadline = Date.now() + withinMs
  while (processesOf(home).length > 0 && Date.now() < deadline) await sleep(50)
  return processesOf(home)
}

async function announcedAddress(text: () => string): Promise<string> {
  for (;;) {
    const address = /is ready: (\S+)/.exec(text())?.[1]
    if (address !== undefined) return address
    await sleep(25)
  }
}

/** A package whose start script is the project's, but for the file. */
function packageThatStarts(file: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'flareflow-package-'))
  const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'))
  const start = scripts.start
    .replace('services/bin/bootstrap.mjs', `${projectRoot}/services/bin/bootstrap.mjs`)
    .replace('services/bin/start.ts', join(projectRoot, file))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'started', scripts: { start } }))
  return folder
}

/** Without what npm and vitest tell their own children. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|FLAREFLOW_|NODE_ENV$|PORT$)/.test(name))
  return Object.fromEntries(kept) as NodeJS.ProcessEnv
}
