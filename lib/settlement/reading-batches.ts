/** Readings in a transaction, at most. */
export const MOST_READINGS = 300

/** What a transaction may take: of 256,000 bytes of events and 9,999 computation something is left to spare. */
const MOST: Load = { eventBytes: 240_000, computation: 9_000 }

interface Load {
  readonly eventBytes: number
  readonly computation: number
}

export interface Weighable {
  readonly models: ReadonlyArray<{ readonly model: string }>
  /** Whether the reading's vault pays its provider when it settles. */
  readonly paysAtOnce: boolean
}

/**
 * What a month's first reading takes at most, by `npm run bench:chain`; further ones take less. Changes of tier, debt
 * and payments have events of their own. The contract reads each byte of a model's name, and looks for its multiplier.
 */
function loadOf({ models, paysAtOnce }: Weighable): Load {
  const nameBytes = models.reduce((sum, { model }) => sum + model.length, 0)
  return {
    eventBytes: (paysAtOnce ? 1_700 : 900) + nameBytes + 12 * models.length,
    computation: 16 + 0.5 * models.length + 0.22 * nameBytes,
  }
}

/** Divides readings into transactions that the chain takes, in their order and each as large as may be. */
export function batchesOf<T extends Weighable>(readings: readonly T[], most = MOST_READINGS): T[][] {
  const batches: T[][] = []
  let left = { eventBytes: 0, computation: 0 }
  for (const reading of readings) {
    const load = loadOf(reading)
    const batch = batches.at(-1)
    const fits = left.eventBytes >= load.eventBytes && left.computation >= load.computation
    if (batch !== undefined && fits && batch.length < most) batch.push(reading)
    else {
      batches.push([reading])
      left = MOST
    }
    left = { eventBytes: left.eventBytes - load.eventBytes, computation: left.computation - load.computation }
  }
  return batches
}
