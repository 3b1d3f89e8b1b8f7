import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#lib/errors/app-error.ts'
import { projectRoot } from '#services/local/home.ts'
import type { EmulatorTool } from './ensure-emulator.ts'
import { SERVICE_PRIVATE_KEY } from './service-account.ts'

export interface EmulatorOptions extends EmulatorTool {
  restPort: number
  grpcPort: number
  adminPort: number
  debuggerPort: number
  /** Folder of the chain's state, kept over restarts; null keeps it in memory. */
  dbPath: string | null
  /** File that takes the emulator's own output. */
  log: string
  /** Further flags, for tests: `--computation-reporting`, `--transaction-fees`. */
  flags?: readonly string[]
  readyWithinMs?: number
  /** Told of the process at once, long before it is ready, so that it can be ended however this process ends. */
  onSpawn?: (child: ChildProcess) => void
}

export interface RunningEmulator {
  /** REST address, what FCL calls the access node. */
  url: string
  adminUrl: string
  pid: number
  process: ChildProcess
  /** Ends the emulator and resolves when it is gone; it is killed when it takes over 10 s. */
  stop(): Promise<void>
}

const host = '127.0.0.1'

/** Starts the emulator on loopback, one block per transaction, and resolves when its REST API answers. */
export async function startEmulator(options: EmulatorOptions): Promise<RunningEmulator> {
  await requireFreePorts(options)
  const child = launch(options)
  options.onSpawn?.(child)
  const url = `http://${host}:${options.restPort}`
  try {
    await ready(child, url, options)
  } catch (error) {
    await stop(child)
    throw error
  }
  const adminUrl = `http://${host}:${options.adminPort}`
  return { url, adminUrl, pid: child.pid ?? 0, process: child, stop: () => stop(child) }
}

/** On a taken port somebody else's emulator might answer, and pass for this one. */
async function requireFreePorts(options: EmulatorOptions): Promise<void> {
  for (const port of portsOf(options)) {
    const server = createServer()
    server.listen({ port, host, exclusive: true })
    try {
      await once(server, 'listening')
    } catch (cause) {
      throw notStarted(`port ${port} is taken`, options, cause)
    }
    server.close()
    await once(server, 'close')
  }
}

const portsOf = ({ restPort, grpcPort, adminPort, debuggerPort }: EmulatorOptions): number[] => [
  restPort,
  grpcPort,
  adminPort,
  debuggerPort,
]

function launch(options: EmulatorOptions): ChildProcess {
  mkdirSync(dirname(options.log), { recursive: true })
  if (options.dbPath !== null) mkdirSync(options.dbPath, { recursive: true })
  const out = openSync(options.log, 'a')
  const child = spawn(options.bin, [...options.leadingArgs, ...argumentsOf(options)], {
    // The leader of its own group: a Ctrl-C in the terminal goes to the parent alone, which ends its parts in order.
    detached: true,
    stdio: ['ignore', out, out],
    // The flow CLI reads flow.json here.
    cwd: projectRoot,
    env: withoutFlowVariables(),
  })
  closeSync(out)
  return child
}

function argumentsOf(options: EmulatorOptions): string[] {
  const state = options.dbPath === null ? [] : ['--persist', '--dbpath', options.dbPath]
  const settings = {
    host,
    port: options.grpcPort,
    'rest-port': options.restPort,
    'admin-port': options.adminPort,
    'debugger-port': options.debuggerPort,
    // In blocks. The default, 10, is used up by ten other senders between reading the latest block and being executed.
    'transaction-expiry': 600,
    'service-priv-key': SERVICE_PRIVATE_KEY,
  }
  return [...Object.entries(settings).map(([name, value]) => `--${name}=${value}`), ...state, ...(options.flags ?? [])]
}

/** The emulator takes any FLOW_… variable for a setting of its own. */
function withoutFlowVariables(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('FLOW_'))
  return Object.fromEntries(own) as NodeJS.ProcessEnv
}

async function ready(child: ChildProcess, url: string, options: EmulatorOptions): Promise<void> {
  let failure: unknown
  child.once('error', (error) => (failure = error))
  const deadline = Date.now() + (options.readyWithinMs ?? 60_000)
  while (Date.now() < deadline) {
    if (failure !== undefined || hasEnded(child))
      throw notStarted(`it ended at once (${describeEnd(child)})`, options, failure)
    if (await answers(url)) return
    await sleep(50)
  }
  throw notStarted('it did not answer in time', options)
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/v1/blocks?height=sealed`, { signal: AbortSignal.timeout(2_000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null
const describeEnd = (child: ChildProcess): string => `exit ${child.exitCode ?? child.signalCode ?? 'unknown'}`

function notStarted(why: string, options: EmulatorOptions, cause?: unknown): AppError {
  return new AppError(
    'local_part_failed',
    `The Flow emulator did not start: ${why}. ` +
      `It needs the ports ${portsOf(options).join(', ')}; its output is in ${options.log}.`,
    { cause },
  )
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child) || child.pid === undefined) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await gone
  clearTimeout(timer)
}
