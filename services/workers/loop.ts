import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#lib/errors/app-error.ts'
import type { Logger } from '#services/platform/logger.ts'

export interface LoopSettings {
  readonly name: string
  readonly intervalMs: number
  readonly log: Logger
  /** One round. True: there is more to do, go on at once. */
  readonly run: () => Promise<boolean>
}

/** How a loop is doing, for the health page. */
export interface LoopState {
  readonly name: string
  readonly intervalMs: number
  readonly lastSuccessAt: Date | null
  /** Rounds that failed in a row. */
  readonly failures: number
  readonly lastError: string | null
}

export interface Loop {
  state(): LoopState
  /** Resolves when the round that runs has ended; there is no other. */
  stop(): Promise<void>
}

const FIRST_BACKOFF_MS = 1_000
const LAST_BACKOFF_MS = 60_000

/** Waits, or until the signal. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => undefined)
}

/** Runs a round now and then one after each interval; after an error it waits longer, a minute at most. */
export function startLoop({ name, intervalMs, log, run }: LoopSettings): Loop {
  const stopping = new AbortController()
  let state: LoopState = { name, intervalMs, lastSuccessAt: null, failures: 0, lastError: null }

  async function round(): Promise<number> {
    try {
      const more = await run()
      state = { ...state, lastSuccessAt: new Date(), failures: 0, lastError: null }
      return more ? 0 : intervalMs
    } catch (err) {
      const failures = state.failures + 1
      state = { ...state, failures, lastError: err instanceof AppError ? err.publicMessage : 'internal error' }
      log.error({ err, loop: name, failures }, 'a worker round failed')
      const backoffMs = Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 10))
      // What runs once an hour doesn't leave an error standing for one.
      return intervalMs > LAST_BACKOFF_MS ? backoffMs : Math.max(intervalMs, backoffMs)
    }
  }

  async function runAll(): Promise<void> {
    while (!stopping.signal.aborted) await pause(await round(), stopping.signal)
  }

  const ended = runAll()
  return {
    state: () => state,
    stop: () => {
      stopping.abort()
      return ended
    },
  }
}
