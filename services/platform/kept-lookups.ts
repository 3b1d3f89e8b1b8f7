interface Keeping<T> {
  readonly keptMs: number
  /** Answers that are remembered. */
  readonly most: number
  /** Whether an answer is kept; each one if absent. What failed never is. */
  readonly isWorthKeeping?: (answer: T) => boolean
}

export interface KeptLookups<T> {
  /** What was looked up under the name a moment ago, or is being looked up; else `look` is asked. */
  get(name: string, look: () => Promise<T>): Promise<T>
  /** What is kept under the name is not told again. */
  forget(name: string): void
}

/** Spares the looking up of what many requests ask for one after another. */
export function createKeptLookups<T>({ keptMs, most, isWorthKeeping = () => true }: Keeping<T>): KeptLookups<T> {
  const kept = new Map<string, { readonly answer: Promise<T>; readonly until: number }>()
  const forget = (name: string): void => void kept.delete(name)
  return {
    get(name, look) {
      const now = performance.now()
      const known = kept.get(name)
      if (known && known.until > now) return known.answer
      if (kept.size >= most) kept.clear()
      // A query of Drizzle's is carried out anew each time that it is awaited: what is kept is its answer.
      const answer = (async () => look())()
      kept.set(name, { answer, until: now + keptMs })
      answer.then(
        (found) => isWorthKeeping(found) || forget(name),
        () => forget(name),
      )
      return answer
    },
    forget,
  }
}
