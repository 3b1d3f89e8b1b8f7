import { isRefusedData } from './sql-state.ts'

/**
 * Writes items together. What the database refuses is halved until only the items at fault are left out: one of them is
 * not the others' fault. Throws what isn't about the data; items before that may have been written.
 */
export async function writeApart<T>(
  items: readonly T[],
  write: (items: readonly T[]) => Promise<void>,
  leaveOut: (item: T, error: unknown) => void,
): Promise<void> {
  const [only] = items
  if (only === undefined) return
  try {
    await write(items)
  } catch (error) {
    if (!isRefusedData(error)) throw error
    if (items.length === 1) return leaveOut(only, error)
    const half = Math.ceil(items.length / 2)
    await writeApart(items.slice(0, half), write, leaveOut)
    await writeApart(items.slice(half), write, leaveOut)
  }
}
