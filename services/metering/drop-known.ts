import { isOfAccount } from '#lib/metering/payer.ts'
import { type Refusal, refuse } from './read-item.ts'
import type { PaidCandidate } from './schemas.ts'

/** What is stored of a call. */
export interface KnownCall {
  readonly startedAt: Date
  readonly billableTokens: bigint
}

/** Calls that share a minted id but started further apart are different calls. */
const SAME_CALL_TOLERANCE_MS = 5_000

export interface Sorted {
  /** Not stored yet, under the identity that each will have. */
  readonly fresh: PaidCandidate[]
  /** Places in the delivered batch. */
  readonly duplicates: number[]
  /** Duplicates whose road counts other tokens than the road that was first. */
  readonly differing: Refusal[]
  readonly refusals: Refusal[]
}

/** Whether a call is the stored one; null when nothing is stored. */
function isSameCall(candidate: PaidCandidate, known: KnownCall | undefined): boolean | null {
  if (!known) return null
  // Free calls aren't worth reusing an id for, and roads may tell different starts of a failure.
  if (candidate.billableTokens === 0n) return true
  // Only the gateway uses an account's key, each id for one request: its clock and LiteLLM's tell different starts.
  if (isOfAccount(candidate.vaultId)) return true
  return Math.abs(known.startedAt.getTime() - candidate.event.startedAt.getTime()) <= SAME_CALL_TOLERANCE_MS
}

/** The identity that a call goes by: the row's own when its minted id was used by another call before. */
function identityOf(candidate: PaidCandidate, calls: ReadonlyMap<string, KnownCall>): string {
  const { identity, alternativeIdentity } = candidate
  const isReused = isSameCall(candidate, calls.get(identity)) === false
  return isReused && alternativeIdentity ? alternativeIdentity : identity
}

/**
 * Sorts out calls that are stored already or come twice in the chunk, and those that count more tokens than were held
 * for them. `calls` grows with each new one.
 */
export function dropKnown(
  chunk: readonly PaidCandidate[],
  calls: Map<string, KnownCall>,
  held: ReadonlyMap<string, bigint>,
): Sorted {
  const sorted: Sorted = { fresh: [], duplicates: [], differing: [], refusals: [] }
  for (const candidate of chunk) {
    const { billableTokens, event, index } = candidate
    const identity = identityOf(candidate, calls)
    const known = calls.get(identity)
    const isSame = isSameCall(candidate, known)
    const most = held.get(identity)
    if (isSame === null && most !== undefined && billableTokens > most) {
      sorted.refusals.push(refuse(candidate, 'above_hold', `${billableTokens} tokens, of a call held at ${most}`))
    } else if (isSame === null) {
      sorted.fresh.push({ ...candidate, identity })
      calls.set(identity, { startedAt: event.startedAt, billableTokens })
    } else if (isSame) {
      sorted.duplicates.push(index)
      if (known?.billableTokens !== billableTokens) sorted.differing.push(refuse(candidate, 'counts_differ'))
    } else sorted.refusals.push(refuse(candidate, 'identity_reused'))
  }
  return sorted
}
