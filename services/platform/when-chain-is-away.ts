import { setTimeout as sleep } from 'node:timers/promises'
import { orElse } from '#services/clients/flow/index.ts'

/** So long a page waits for what it can do without. */
const PATIENCE_MS = 5_000

/**
 * What the chain was asked; `otherwise` while it can't be reached, or doesn't answer soon. What it refuses is thrown.
 * For what a page shows, never for what it decides.
 */
export const whenChainIsAway = <T, F>(asked: Promise<T>, otherwise: F): Promise<T | F> =>
  Promise.race([orElse(otherwise, () => asked), sleep(PATIENCE_MS, otherwise, { ref: false })])
