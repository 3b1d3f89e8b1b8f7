import type { Hash } from '../merkle/hash.ts'
import { inclusionProof } from '../merkle/proof.ts'

/** Leaves of a run; a power of two, so that each complete run is a subtree of its own. */
export const CHUNK_LEAVES = 1024

export const chunkOf = (index: number): number => Math.floor(index / CHUNK_LEAVES)

/**
 * The audit path of a leaf from the leaves of its own run and the roots of all runs: the same as from all leaves, as
 * RFC 6962 splits a tree at powers of two.
 */
export const chunkedPath = (ownRun: readonly Hash[], runRoots: readonly Hash[], index: number): Hash[] => [
  ...inclusionProof(ownRun, index % CHUNK_LEAVES),
  ...inclusionProof(runRoots, chunkOf(index)),
]
