import { KINDS } from './actions.ts'

/** How often which action of a run ended how. */
export class ActionTable {
  private readonly counts = new Map<string, Map<string, number>>()

  add(kind: string, outcomes: readonly string[]): void {
    const row = this.counts.get(kind) ?? new Map<string, number>()
    for (const outcome of outcomes) row.set(outcome, (row.get(outcome) ?? 0) + 1)
    this.counts.set(kind, row)
  }

  /** Kinds of actions that never were done. */
  get starved(): string[] {
    return KINDS.filter((kind) => !this.counts.get(kind)?.has('done'))
  }

  /** A line for each kind: how often it was done, and refused for which reasons. */
  toString(): string {
    return KINDS.map((kind) => {
      const row = new Map(this.counts.get(kind))
      const done = row.get('done') ?? 0
      row.delete('done')
      const refused = [...row].toSorted(([, a], [, b]) => b - a).map(([reason, count]) => `${reason} ${count}`)
      return `${kind.padEnd(13)} ${String(done).padStart(6)} done  ${refused.join(', ')}`
    }).join('\n')
  }
}
