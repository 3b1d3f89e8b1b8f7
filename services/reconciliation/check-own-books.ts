import type { Difference } from '#lib/reconciliation/difference.ts'
import type { Period } from '#lib/period/period.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { readOwnBooks } from './store.ts'

export interface OwnBooksCheck {
  readonly difference: Difference | null
  /** False: the calls of the month were deleted after their time, and can't be compared. */
  readonly hasDetails: boolean
}

/** Whether a vault's meter of a month adds up to its own calls: before anything is compared with anybody's. */
export async function checkOwnBooks(ctx: ServiceContext, vaultId: bigint, period: Period): Promise<OwnBooksCheck> {
  const books = await readOwnBooks(ctx.db, { deploymentId: ctx.deploymentId, vaultId, period })
  if (!books) return { difference: null, hasDetails: true }
  const { count, tokens, identities, identityTokens, events, eventTokens } = books
  const hasDetails = events > 0 || identities === 0
  const isSame =
    identities === count && identityTokens === tokens && (!hasDetails || (events === count && eventTokens === tokens))
  if (isSame) return { difference: null, hasDetails }
  const kept = hasDetails ? `, its events ${events} and ${eventTokens}` : ''
  const detail =
    `vault ${vaultId}, ${period}: the meter has ${count} calls and ${tokens} tokens, ` +
    `its identities ${identities} and ${identityTokens}${kept}`
  return { difference: { kind: 'own_books_differ', id: null, detail, explanation: null }, hasDetails }
}
