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

/** How a part is ended. */
interface PartManners {
  readonly name: string
  readonly signal?: RunningPart['signal']
  readonly graceMs?: number
  /** Higher stages end first. */
  readonly stage: number
  /** True for a task that is meant to end. */
  readonly once?: boolean
}

interface PartCommand extends PartManners {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly uid?: number
  readonly gid?: number
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
  /** Marks every process of the run, in the environment variable that `runVariable` names. */
  readonly run: string
  /** Starts a part in a process group of its own, its output going to its log file. */
  start(command: PartCommand): SupervisedProcess
  /** Takes charge of a process that somebody else just started as the leader of its group. */
  adopt(child: ChildProcess, manners: PartManners): SupervisedProcess
  /** Process ids of the parts that run now, by name. */
  pids(): Record<string, number>
  /** The log file of a part. */
  logOf(name: string): string
  /** Resolves when a part dies by itself. */
  readonly death: Promise<PartDeath>
  /** Ends everything in order. */
  stop(): Promise<void>
  /** Ends everything at once. */
  kill(): Promise<void>
}

const defaultGraceMs = 3_000
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

  function adopt(child: ChildProcess, manners: PartManners): SupervisedProcess {
    const ended = endOf(child)
    const part = runningPart(child, manners)
    if (part !== null) hold(part)
    let stopping = false
    void ended.then((how) => {
      if (ending !== null) return
      if (part !== null) release(part.pid)
      if (!stopping && !manners.once) death.resolve({ name: manners.name, how, log: logOf(manners.name) })
    })
    async function stop(): Promise<void> {
      stopping = true
      if (part !== null) await endParts([part], null)
    }
    return { pid: child.pid ?? 0, ended, stop }
  }

  function start(command: PartCommand): SupervisedProcess {
    if (ending !== null)
      throw new AppError('local_part_failed', `${command.name} was not started: FlareFlow is stopping.`)
    return adopt(spawnPart(command, run, logOf(command.name)), command)
  }

  async function end(how: typeof killParts): Promise<void> {
    await how([...parts.values()], run)
    await keeper.finish()
  }

  return {
    run,
    start,
    adopt,
    pids: () => Object.fromEntries([...parts.values()].map(({ name, pid }) => [name, pid])),
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

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((done) => {
    child.on('error', (error) => done(error.message))
    child.on('exit', (code, signal) => done(code === null ? `ended by ${signal}` : `exit code ${code}`))
  })
}

/** Null when the command could not be run, or ended before it could be looked at. */
function runningPart(child: ChildProcess, manners: PartManners): RunningPart | null {
  const identity = child.pid === undefined ? null : identify(child.pid)
  if (identity === null) return null
  const { name, stage, signal = 'SIGTERM', graceMs = defaultGraceMs } = manners
  return { ...identity, name, stage, signal, graceMs }
}
