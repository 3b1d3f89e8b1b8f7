import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError } from '#lib/errors/app-error.ts'
import type { Hash } from '#lib/merkle/hash.ts'
import { merkleRoot } from '#lib/merkle/proof.ts'
import { CHUNK_LEAVES, chunkedPath, chunkOf } from '#lib/receipts/chunked-tree.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { listLeafHashes, type PeriodRef, readChunks, saveChunk } from './store.ts'

type Source = Pick<ServiceContext, 'db'>

/** The leaves of a run of a tree of this size. */
async function readRun({ db }: Source, ref: PeriodRef, chunk: number, size: number): Promise<Hash[]> {
  const from = chunk * CHUNK_LEAVES
  const to = Math.min(from + CHUNK_LEAVES, size)
  const leaves = await listLeafHashes(db, ref, from, to)
  if (leaves.length === to - from) return leaves
  throw new AppError('internal', 'The proof of this request could not be built. Try again; if it stays, tell us.', {
    internal: `vault ${ref.vaultId}, ${ref.period}: ${leaves.length} leaves from ${from} to ${to}`,
  })
}

/** Roots of all runs of a tree; each takes some milliseconds once, and others have their turn between two. */
async function readRunRoots(ctx: Source, ref: PeriodRef, size: number): Promise<Hash[]> {
  const known = await readChunks(ctx.db, ref)
  const roots: Hash[] = []
  for (let chunk = 0; chunk * CHUNK_LEAVES < size; chunk += 1) {
    const kept = known.get(chunk)
    const isComplete = (chunk + 1) * CHUNK_LEAVES <= size
    if (isComplete && kept !== undefined) {
      roots.push(kept)
      continue
    }
    const root = merkleRoot(await readRun(ctx, ref, chunk, size))
    if (isComplete) await saveChunk(ctx.db, ref, chunk, root)
    roots.push(root)
    await nextTurn()
  }
  return roots
}

/**
 * The audit path of a leaf in the period's tree as it was with `size` leaves. The first proof of a long period hashes
 * all of it; later ones read the roots of its runs.
 */
export async function proveLeaf(
  ctx: Source,
  ref: PeriodRef,
  { index, size }: { index: number; size: number },
): Promise<Hash[]> {
  const ownRun = await readRun(ctx, ref, chunkOf(index), size)
  return chunkedPath(ownRun, await readRunRoots(ctx, ref, size), index)
}
