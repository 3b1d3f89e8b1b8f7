/** Runs work of the same name one after another, of different names side by side. */
export function createQueues(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>()
  return (name, work) => {
    const before = tails.get(name) ?? Promise.resolve()
    const result = before.then(work, work)
    const tail = result.catch(() => undefined)
    tails.set(name, tail)
    void tail.then(() => tails.get(name) === tail && tails.delete(name))
    return result
  }
}
