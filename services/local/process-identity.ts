import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** A process that can't be mistaken for a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number
  /** Opaque: the kernel's start time, on Linux with the boot's id. */
  readonly startedAt: string
}

const hasProc = existsSync('/proc/self/stat')
const bootId = hasProc ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() : ''

/** The identity of a running process; null when there is none (a zombie counts as none). */
export function identify(pid: number): ProcessIdentity | null {
  const startedAt = hasProc ? startFromProc(pid) : startFromPs(pid)
  return startedAt === null ? null : { pid, startedAt }
}

/** The identity of this very process. */
export function ownIdentity(): ProcessIdentity {
  const own = identify(process.pid)
  if (own === null) throw new Error('The start time of this process could not be read.')
  return own
}

/** True while exactly this process runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startedAt === identity.startedAt
}

/** Processes that were started with `name=value` in their environment. Linux only; elsewhere empty. */
export function processesWithEnvironment(name: string, value: string): ProcessIdentity[] {
  if (!hasProc) return []
  const wanted = `${name}=${value}`
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))
  return pids
    .filter((pid) => readProc(`/proc/${pid}/environ`)?.split('\0').includes(wanted))
    .map((pid) => identify(Number(pid)))
    .filter((identity) => identity !== null)
}

function startFromProc(pid: number): string | null {
  const stat = readProc(`/proc/${pid}/stat`)
  if (stat === null) return null
  // The name in parentheses may hold anything, so fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, start] = [fields[0], fields[19]]
  return state === 'Z' || state === 'X' || start === undefined ? null : `${bootId}:${start}`
}

function startFromPs(pid: number): string | null {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' })
  const line = (stdout ?? '').trim()
  return line === '' || line.startsWith('Z') ? null : line.slice(line.indexOf(' ')).trim()
}

/** Another user's process, or one that ended meanwhile, reads as absent. */
function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const gone = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM']
    if (error instanceof Error && 'code' in error && gone.includes(String(error.code))) return null
    throw error
  }
}
