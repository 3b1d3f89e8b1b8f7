/** Works on items some at a time, one part after another: no answer and no load grows with their number. */
export async function inParts<T, R>(
  items: readonly T[],
  size: number,
  work: (part: T[]) => Promise<readonly R[]>,
): Promise<R[]> {
  const done: R[] = []
  for (let from = 0; from < items.length; from += size) done.push(...(await work(items.slice(from, from + size))))
  return done
}
