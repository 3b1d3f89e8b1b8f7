import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { endParts, type RunningPart, runVariable } from './end-parts.ts'
import { type Home, projectRoot } from './home.ts'
import { isHeldBy, releaseLock } from './home-lock.ts'
import { ownIdentity, type ProcessIdentity } from './process-identity.ts'

/** What the keeper is told, one JSON object a line. The end of the pipe without `finish` means the parent died. */
type KeeperMessage =
  | { kind: 'run'; run: string; files: readonly string[]; lockFile: string; parent: ProcessIdentity }
  | { kind: 'hold'; part: RunningPart }
  | { kind: 'release'; pid: number }
  | { kind: 'finish' }

export interface Keeper {
  hold(part: RunningPart): void
  release(pid: number): void
  /** Everything was ended by the parent itself: the keeper ends too. */
  finish(): Promise<void>
}

/**
 * Starts the small process that outlives its parent just long enough to end all parts, however the parent goes.
 * When the keeper itself is killed, a new one takes its place and is told everything again.
 */
export function startKeeper(home: Home, run: string): Keeper {
  const held = new Map<number, RunningPart>()
  const parent = ownIdentity()
  let finished = false
  let child = connect()

  function connect(): ChildProcess {
    const keeper = spawnKeeper(join(home.logs, 'keeper.log'))
    keeper.on('exit', () => {
      if (!finished) child = connect()
    })
    const files = [home.runFile, home.stackFile]
    tell(keeper, { kind: 'run', run, files, lockFile: home.lockFile, parent })
    for (const part of held.values()) tell(keeper, { kind: 'hold', part })
    return keeper
  }

  return {
    hold(part) {
      held.set(part.pid, part)
      tell(child, { kind: 'hold', part })
    },
    release(pid) {
      if (held.delete(pid)) tell(child, { kind: 'release', pid })
    },
    async finish() {
      finished = true
      const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null
      tell(child, { kind: 'finish' })
      child.stdin?.end()
      await gone
    },
  }
}

function spawnKeeper(log: string): ChildProcess {
  const { [runVariable]: _ownRun, ...env } = process.env
  const out = openSync(log, 'a')
  const keeper = spawn(process.execPath, [join(projectRoot, 'services/bin/keep.ts')], {
    // A session of its own: no Ctrl-C and no end of a terminal reaches it.
    detached: true,
    stdio: ['pipe', out, out],
    cwd: projectRoot,
    env,
  })
  closeSync(out)
  // A keeper that just died can't be told anything; its successor is told everything.
  keeper.stdin?.on('error', () => {})
  return keeper
}

function tell(keeper: ChildProcess, message: KeeperMessage): void {
  keeper.stdin?.write(`${JSON.stringify(message)}\n`)
}

/** The keeper's own life: listens until the pipe ends, then ends what it was told about. */
export async function keep(input: NodeJS.ReadableStream): Promise<void> {
  const held = new Map<number, RunningPart>()
  let about: Extract<KeeperMessage, { kind: 'run' }> | null = null
  let finished = false
  for await (const line of createInterface({ input })) {
    const message = parseMessage(line)
    if (message?.kind === 'run') about = message
    if (message?.kind === 'hold') held.set(message.part.pid, message.part)
    if (message?.kind === 'release') held.delete(message.pid)
    if (message?.kind === 'finish') finished = true
  }
  if (finished || about === null) return
  process.stdout.write(`${new Date().toISOString()} process ${about.parent.pid} is gone, ending ${held.size} parts\n`)
  await endParts([...held.values()], about.run)
  // A newer start may already hold the folder: then the files are its own.
  if (isHeldBy(about.lockFile, about.parent)) {
    for (const file of about.files) rmSync(file, { force: true })
    releaseLock(about.lockFile, about.parent)
  }
  process.stdout.write(`${new Date().toISOString()} all ended\n`)
}

/** The last line may be cut where the parent died. */
function parseMessage(line: string): KeeperMessage | null {
  try {
    return JSON.parse(line) as KeeperMessage
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
