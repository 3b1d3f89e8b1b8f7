/** Counts what is under way, so that the end of a process can wait for it. */
export interface InFlight {
  /** Begins something; the answer ends it, once. */
  begin(): () => void
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

export function createInFlight(): InFlight {
  let count = 0
  let waiting: (() => void)[] = []

  function end(): void {
    count -= 1
    if (count > 0) return
    for (const tell of waiting) tell()
    waiting = []
  }

  return {
    begin() {
      count += 1
      let isOver = false
      return () => {
        if (!isOver) end()
        isOver = true
      }
    },
    idle: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  }
}
