import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#lib/errors/app-error.ts'
import { isRunning, type ProcessIdentity, processesWithEnvironment } from './process-identity.ts'

/** A running part of the stack: the leader of its own process group. */
export interface RunningPart extends ProcessIdentity {
  readonly name: string
  /** What asks it to stop in order: SIGTERM, or SIGINT for Postgres' fast shutdown. */
  readonly signal: 'SIGTERM' | 'SIGINT'
  /** How long it may take before it is killed. */
  readonly graceMs: number
  /** Higher stages end first: what uses a part ends before it. */
  readonly stage: number
}

/** Every process of a run carries its id in this variable, whoever started it. */
export const runVariable = 'FLAREFLOW_RUN'

const lookMs = 25
const killMs = 5_000

/**
 * Ends the parts, the highest stage first, then whatever else carries the run's id (null: only the parts).
 * Resolves when all are gone.
 */
export async function endParts(parts: readonly RunningPart[], run: string | null): Promise<void> {
  const stages = [...new Set(parts.map((part) => part.stage))].sort((a, b) => b - a)
  for (const stage of stages) {
    await Promise.all(parts.filter((part) => part.stage === stage).map(endPart))
  }
  if (run !== null) await killRest(run)
}

/** Kills all parts at once, without asking. */
export async function killParts(parts: readonly RunningPart[], run: string): Promise<void> {
  for (const part of parts) if (isRunning(part)) killGroup(part)
  await killRest(run)
}

async function endPart(part: RunningPart): Promise<void> {
  if (!isRunning(part)) return
  send(part.pid, part.signal)
  const deadline = Date.now() + part.graceMs
  while (isRunning(part) && Date.now() < deadline) await sleep(lookMs)
  // The leader was seen running a moment ago, so its group's number can't have been given away yet.
  killGroup(part)
}

function killGroup(part: RunningPart): void {
  send(-part.pid, 'SIGKILL')
  if (isRunning(part)) send(part.pid, 'SIGKILL')
}

/** Children that left their group, and those started in the instant before the end. */
async function killRest(run: string): Promise<void> {
  const deadline = Date.now() + killMs
  for (;;) {
    const rest = processesWithEnvironment(runVariable, run).filter(({ pid }) => pid !== process.pid)
    if (rest.length === 0) return
    if (Date.now() > deadline) {
      const pids = rest.map(({ pid }) => pid).join(', ')
      throw new AppError('local_part_failed', `These processes could not be ended: ${pids}. End them by hand.`)
    }
    for (const identity of rest) if (isRunning(identity)) send(identity.pid, 'SIGKILL')
    await sleep(lookMs)
  }
}

/** A process that is already gone needs no signal; EPERM is how macOS answers for a group of zombies. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ESRCH' && !(code === 'EPERM' && pid < 0)) throw error
  }
}
