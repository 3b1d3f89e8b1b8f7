import { writeApart } from './db/write-apart.ts'

interface Waiting {
  readonly reject: (error: unknown) => void
}

interface Group<T> {
  /** How many of those that wait, from the first on, go together; one at least goes. */
  readonly take: (waiting: readonly T[]) => number
  /** Answers each of a batch, or throws and has answered none. */
  readonly write: (batch: readonly T[]) => Promise<void>
}

/**
 * Writes one batch at a time: what is added while one is written waits, and shares the next. It is what keeps a burst
 * from taking a transaction, and a lock, for each.
 */
export function createGroup<T extends Waiting>({ take, write }: Group<T>): (item: T) => void {
  const waiting: T[] = []
  let isWriting = false

  async function writeBatch(batch: readonly T[]): Promise<void> {
    try {
      await writeApart(batch, write, ({ reject }, error) => reject(error))
    } catch (error) {
      // Those that were answered before don't hear it.
      for (const { reject } of batch) reject(error)
    }
  }

  async function writeAll(): Promise<void> {
    if (isWriting) return
    isWriting = true
    while (waiting.length > 0) await writeBatch(waiting.splice(0, Math.max(1, take(waiting))))
    isWriting = false
  }

  return (item) => {
    waiting.push(item)
    void writeAll()
  }
}
