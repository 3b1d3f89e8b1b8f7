/**
 * Each key that is being made holds a database connection while LiteLLM answers. So few at a time that a LiteLLM that
 * hangs leaves connections for everything else.
 */
const AT_ONCE = 1
const waiting: Array<() => void> = []
let working = 0

/** Runs work when it is its turn in this process. */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (working >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  else working += 1
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else working -= 1
  }
}
