import { closeSync, mkdirSync, openSync, rmSync, statSync, utimesSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const beatMs = 2_000
const staleMs = 15_000

/**
 * Runs `work` while no other process runs its own under the same file. The holder touches the file as it works; a
 * file that was not touched for 15 s belonged to a process that died, and is taken over.
 */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true })
  for (let waited = false; !take(file); waited = true) {
    if (!waited) onWait()
    await sleep(250)
  }
  const beat = setInterval(() => touch(file), beatMs)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    rmSync(file, { force: true })
  }
}

function take(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx'))
    return true
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    if (ageMs(file) > staleMs) rmSync(file, { force: true })
    return false
  }
}

function ageMs(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return 0
  }
}

function touch(file: string): void {
  try {
    const now = new Date()
    utimesSync(file, now, now)
  } catch (error) {
    // Taken over while this process slept: the build's last step is atomic, so two at once do no harm.
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)
