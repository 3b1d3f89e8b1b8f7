import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#lib/errors/app-error.ts'

/** So long a page waits for what it can do without. */
const PATIENCE_MS = 5_000

/**
 * What the chain was asked; `otherwise` while it can't be reached, or doesn't answer soon. What it refuses is thrown.
 * For what a page shows, never for what it decides.
 */
export function whenChainIsAway<T, F>(asked: Promise<T>, otherwise: F): Promise<T | F> {
  const heard = asked.catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'chain_unreachable') return otherwise
    throw error
  })
  return Promise.race([heard, sleep(PATIENCE_MS, otherwise, { ref: false })])
}
