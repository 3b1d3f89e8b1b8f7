import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { AppError } from '#lib/errors/app-error.ts'
import type { Home } from './home.ts'
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts'
import { writeWhole } from './write-file.ts'

const lockSchema = z.object({
  pid: z.number().int(),
  startedAt: z.string(),
  since: z.string(),
  /** The address of the web, as soon as it is known. */
  url: z.string().nullable(),
})
type Lock = z.infer<typeof lockSchema>

/** What a crash of the machine in the middle of writing leaves behind: nobody's lock. */
const unreadable: Lock = { pid: 0, startedAt: '', since: '', url: null }

/** Takes the state folder for this process; refuses with the place of the one that has it. */
export function takeHome(home: Home): void {
  const lock: Lock = { ...ownIdentity(), since: new Date().toISOString(), url: null }
  while (!link(home.lockFile, lock)) {
    const holder = readLock(home.lockFile)
    if (holder !== null && isRunning(holder)) throw new AppError('local_part_failed', alreadyRunning(home, holder))
    if (holder !== null) removeStale(home.lockFile, holder)
  }
}

/** The running start that has the folder; null when nobody has. */
export function holderOf(home: Home): Lock | null {
  const holder = readLock(home.lockFile)
  return holder !== null && isRunning(holder) ? holder : null
}

/** Lets a second start say which address the first one serves. */
export function announceUrl(home: Home, url: string): void {
  const lock = readLock(home.lockFile)
  if (lock !== null) writeWhole(home.lockFile, JSON.stringify({ ...lock, url }))
}

/** True when the lock was taken by exactly this process, running or not. */
export function isHeldBy(path: string, owner: ProcessIdentity): boolean {
  const lock = readLock(path)
  return lock?.pid === owner.pid && lock.startedAt === owner.startedAt
}

/** Gives the folder back; somebody else's lock stays. */
export function releaseLock(path: string, owner: ProcessIdentity): void {
  if (isHeldBy(path, owner)) rmSync(path, { force: true })
}

function alreadyRunning(home: Home, holder: Lock): string {
  const place = holder.url === null ? 'and is still starting' : `at ${holder.url}`
  return (
    `FlareFlow already runs on ${home.root} ${place} (process ${holder.pid}, since ${holder.since}). ` +
    `Nothing was started. Use that one, or stop it with Ctrl-C in its terminal or: kill ${holder.pid}`
  )
}

/** A link appears whole or not at all, so nobody reads half a lock. */
function link(path: string, lock: Lock): boolean {
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, JSON.stringify(lock))
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Of two that find the same stale lock one moves it away; the other puts back what it took by mistake. */
function removeStale(path: string, stale: Lock): void {
  const taken = `${path}.stale.${process.pid}`
  if (!existsSync(path)) return
  renameSync(path, taken)
  const moved = readLock(taken)
  if (moved !== null && moved.startedAt !== stale.startedAt) linkSync(taken, path)
  rmSync(taken, { force: true })
}

function readLock(path: string): Lock | null {
  if (!existsSync(path)) return null
  try {
    return lockSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return unreadable
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
