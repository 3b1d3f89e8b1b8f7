/**
 * Leaves out whatever a failing sequence fails without, halves first, then single ones. `fails` is asked at most
 * `budget` times.
 */
export async function shrink<T>(
  failing: readonly T[],
  fails: (shorter: readonly T[]) => Promise<boolean>,
  budget = 40,
): Promise<readonly T[]> {
  let [left, kept, size] = [budget, failing, Math.ceil(failing.length / 2)]
  while (size >= 1) {
    let shortened = false
    for (let from = 0; from < kept.length && left > 0;) {
      const shorter = [...kept.slice(0, from), ...kept.slice(from + size)]
      left -= 1
      if (shorter.length > 0 && (await fails(shorter))) [kept, shortened] = [shorter, true]
      else from += size
    }
    if (left === 0 || (size === 1 && !shortened)) break
    size = size === 1 ? 1 : Math.floor(size / 2)
  }
  return kept
}
