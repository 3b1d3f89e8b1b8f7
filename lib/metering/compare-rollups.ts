import type { RollupCell } from './roll-up.ts'
import { addMeasures, type Measures, MEASURES, NO_USAGE } from './usage-measures.ts'

/** How stored sums differ from what they should be. */
export interface RollupDifference {
  /** Cells as they should be, of those that are wrong or missing. */
  readonly wrong: readonly RollupCell[]
  /** Stored cells that have no usage. */
  readonly excess: readonly RollupCell[]
  /** What is missing in all, by measure; negative where too much was stored. */
  readonly missing: Readonly<Measures>
}

const keyOf = ({ seriesId, at }: RollupCell): string => `${seriesId} ${at}`

/** Compares stored cells with the right ones, of one granularity and the same stretch of time. */
export function compareRollups(stored: readonly RollupCell[], right: readonly RollupCell[]): RollupDifference {
  const left = new Map(stored.map((cell) => [keyOf(cell), cell]))
  const missing = { ...NO_USAGE }
  const wrong = right.filter((cell) => {
    const found = left.get(keyOf(cell))
    left.delete(keyOf(cell))
    return addDifference(missing, found ?? NO_USAGE, cell)
  })
  const excess = [...left.values()]
  for (const cell of excess) addDifference(missing, cell, NO_USAGE)
  return { wrong, excess, missing }
}

/** False when there is none. */
function addDifference(missing: Measures, found: Readonly<Measures>, right: Readonly<Measures>): boolean {
  if (MEASURES.every((measure) => found[measure] === right[measure])) return false
  const difference = MEASURES.map((measure) => [measure, right[measure] - found[measure]])
  addMeasures(missing, Object.fromEntries(difference) as Measures)
  return true
}
