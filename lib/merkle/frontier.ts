import { EMPTY_ROOT, type Hash, nodeHash, portableSha256 } from './hash.ts'

/**
 * The right edge of an RFC 6962 tree: the roots of its complete subtrees, largest first.
 * Enough to append in O(log n) and to give the root without the leaves.
 */
export interface Frontier {
  readonly size: number
  readonly peaks: readonly Hash[]
}

export const EMPTY_FRONTIER: Frontier = { size: 0, peaks: [] }

export function appendLeaf(frontier: Frontier, leaf: Hash, hash = portableSha256): Frontier {
  const peaks = [...frontier.peaks]
  let node = leaf
  for (let complete = frontier.size; complete % 2 === 1; complete = Math.floor(complete / 2)) {
    const left = peaks.pop()
    if (left === undefined) throw new RangeError(`frontier of size ${frontier.size} lacks a peak`)
    node = nodeHash(left, node, hash)
  }
  return { size: frontier.size + 1, peaks: [...peaks, node] }
}

export function frontierRoot({ peaks }: Frontier, hash = portableSha256): Hash {
  return peaks.length === 0 ? EMPTY_ROOT : peaks.reduceRight((right, left) => nodeHash(left, right, hash))
}
