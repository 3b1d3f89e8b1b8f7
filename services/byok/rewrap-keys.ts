import { AppError } from '#lib/errors/app-error.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { rewrap } from '#services/platform/crypto/seal.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { requireMasterKeys, sealContext } from './require-master-keys.ts'
import { type KeyPlace, lockStaleKeys, type ProviderKeyRow, setWrappings } from './store.ts'

const TOGETHER = 200

export interface RewrappedPage {
  /** Keys that the current master key wraps now. */
  readonly done: number
  /** Keys that don't open where they stand: left as they are, and refused to everyone. */
  readonly refused: readonly KeyPlace[]
  /** The last one looked at; null when none is left after it. */
  readonly next: KeyPlace | null
}

/**
 * Wraps some keys anew under the current master key while requests go on: both wrappings open meanwhile. Keys that
 * somebody else has in hand are passed over.
 */
export async function rewrapKeys(ctx: ServiceContext, after: KeyPlace | null = null): Promise<RewrappedPage> {
  requireSystem(ctx.actor)
  const masterKey = requireMasterKeys(ctx).current.id
  return withTransaction(ctx, async (tx) => {
    const stale = await lockStaleKeys(tx.db, { masterKey, after, limit: TOGETHER })
    const rewrapped = stale.map((row) => ({ place: placeOf(row), wrapping: rewrapOne(tx, row) }))
    const good = rewrapped.flatMap(({ place, wrapping }) => (wrapping ? [{ ...place, ...wrapping }] : []))
    await setWrappings(tx.db, good)
    const refused = rewrapped.flatMap(({ place, wrapping }) => (wrapping ? [] : [place]))
    const last = stale.at(-1)
    return { done: good.length, refused, next: last ? placeOf(last) : null }
  })
}

const placeOf = ({ accountId, provider }: KeyPlace): KeyPlace => ({ accountId, provider })

/** Null: the key does not open where it stands. */
function rewrapOne(tx: ServiceContext, row: ProviderKeyRow): { masterKey: string; wrapped: string } | null {
  try {
    const { masterKey, wrapped } = rewrap(requireMasterKeys(tx), row, sealContext(row))
    return { masterKey, wrapped }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    tx.log.error({ ...placeOf(row), why: error.internal }, 'a provider key does not open')
    return null
  }
}
