import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#lib/errors/app-error.ts'
import { endParts, killParts, type RunningPart, runVariable } from './end-parts.ts'
import { type Home, projectRoot } from './home.ts'
import { startKeeper } from './keeper.ts'
import { identify } from './process-identity.ts'
import { writeRun } from './run-record.ts'

export interface PartCommand {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly uid?: number
  readonly gid?: number
  readonly signal?: RunningPart['signal']
  readonly graceMs?: number
  readonly stage: number
}

export interface SupervisedProcess {
  readonly pid: number
  /** Resolves with how it ended, e.g. "exit code 1". */
  readonly ended: Promise<string>
  /** Ends this one part; its end is then no failure. */
  stop(): Promise<void>
}

/** Death of a part that nobody asked to stop. */
export interface PartDeath {
  readonly name: string
  readonly how: string
  readonly log: string
}

export interface Supervisor {
  /** Starts a part in a process group of its own, its output going to its log file. */
  start(command: PartCommand): SupervisedProcess
  /** The log file of a part. */
  logOf(name: string): string
  /** Resolves when a part dies by itself. */
  readonly death: Promise<PartDeath>
  /** Ends everything in order. */
  stop(): Promise<void>
  /** Ends everything at once. */
  kill(): Promise<void>
}

const defaultGraceMs = 5_000
const longestLogBytes = 20_000_000

/** Supervises the parts of one run; a keeper process ends them when this process dies in whatever way. */
export function createSupervisor(home: Home): Supervisor {
  const run = randomBytes(8).toString('hex')
  const parts = new Map<number, RunningPart>()
  const death = Promise.withResolvers<PartDeath>()
  const keeper = startKeeper(home, run)
  let ending: Promise<void> | null = null
  const logOf = (name: string) => join(home.logs, `${name}.log`)

  function hold(part: RunningPart): void {
    parts.set(part.pid, part)
    keeper.hold(part)
    writeRun(home.runFile, run, [...parts.values()])
  }

  function release(pid: number): void {
    parts.delete(pid)
    keeper.release(pid)
    writeRun(home.runFile, run, [...parts.values()])
  }

  function start(command: PartCommand): SupervisedProcess {
    if (ending !== null) throw new AppError('local_part_failed', `${command.name} was not started: FlareFlow is stopping.`)
    const child = spawnPart(command, run, logOf(command.name))
    const ended = endOf(child, command)
    const part = runningPart(child, command)
    if (part !== null) hold(part)
    let stopping = false
    void ended.then((how) => {
      if (part !== null && ending === null) release(part.pid)
      if (!stopping && ending === null) death.resolve({ name: command.name, how, log: logOf(command.name) })
    })
    async function stop(): Promise<void> {
      stopping = true
      if (part !== null) await endParts([part], '')
    }
    return { pid: child.pid ?? 0, ended, stop }
  }

  async function end(how: typeof endParts): Promise<void> {
    await how([...parts.values()], run)
    await keeper.finish()
  }

  return {
    start,
    logOf,
    death: death.promise,
    stop: () => (ending ??= end(endParts)),
    kill: () => (ending = end(killParts)),
  }
}

function spawnPart(command: PartCommand, run: string, log: string): ChildProcess {
  if (existsSync(log) && statSync(log).size > longestLogBytes) renameSync(log, `${log}.old`)
  const out = openSync(log, 'a')
  const { uid, gid } = command
  const child = spawn(command.command, command.args, {
    detached: true,
    stdio: ['ignore', out, out],
    cwd: command.cwd ?? projectRoot,
    env: { ...(command.env ?? process.env), [runVariable]: run },
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  })
  closeSync(out)
  return child
}

function endOf(child: ChildProcess, { command }: PartCommand): Promise<string> {
  return new Promise((done) => {
    child.on('error', (error) => done(`${command} could not be run: ${error.message}`))
    child.on('exit', (code, signal) => done(code === null ? `ended by ${signal}` : `exit code ${code}`))
  })
}

/** Null when the command could not be run, or ended before it could be looked at. */
function runningPart(child: ChildProcess, command: PartCommand): RunningPart | null {
  const identity = child.pid === undefined ? null : identify(child.pid)
  if (identity === null) return null
  const { name, stage, signal = 'SIGTERM', graceMs = defaultGraceMs } = command
  return { ...identity, name, stage, signal, graceMs }
}
