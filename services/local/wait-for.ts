import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#lib/errors/app-error.ts'
import type { SupervisedProcess } from './supervisor.ts'

const lookMs = 100
const answerMs = 2_000

export interface Readiness {
  readonly name: string
  readonly process: SupervisedProcess
  readonly log: string
  readonly timeoutMs: number
  /** True as soon as the part serves. */
  readonly isReady: () => Promise<boolean>
}

/** Waits until a part serves; fails at once when its process ends, and at the time limit. */
export async function waitUntilReady({ name, process, log, timeoutMs, isReady }: Readiness): Promise<void> {
  const deadline = Date.now() + timeoutMs
  let ended: string | null = null
  void process.ended.then((how) => (ended = how))
  while (!(await isReady())) {
    if (ended !== null) {
      throw new AppError(
        'local_part_failed',
        `${name} did not start (${ended}). Its last words are in ${log}; correct what they name and start again.`,
      )
    }
    if (Date.now() > deadline) {
      throw new AppError(
        'local_part_failed',
        `${name} did not answer within ${timeoutMs / 1000} s. See ${log}, then start again.`,
      )
    }
    await sleep(lookMs)
  }
}

/** True when the address answers with a 2xx. */
export async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(answerMs) })).ok
  } catch (error) {
    // Refused, reset or too slow: not ready yet. Anything else is a mistake in the call.
    if (error instanceof TypeError && error.message !== 'fetch failed') throw error
    return false
  }
}
