/** Whether a JSON value is nested deeper than so many levels. Walks without calls of its own, which could overflow. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    const containers = level.filter((each) => typeof each === 'object' && each !== null)
    if (containers.length > 0 && depth >= levels) return true
    level = containers.flatMap((each) => Object.values(each as object) as unknown[])
  }
  return false
}
