/** Numbers in [0, 1) that are the same for the same seed, so that a demonstration can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  // Mulberry32.
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** One of the names, each as often as its share says. */
export function pickByShare(shares: Readonly<Record<string, number>>, random: number): string {
  const entries = Object.entries(shares)
  let rest = random * entries.reduce((sum, [, share]) => sum + share, 0)
  for (const [name, share] of entries) {
    rest -= share
    if (rest < 0) return name
  }
  return entries.at(-1)?.[0] ?? ''
}
