import { compareCall } from '#lib/reconciliation/compare-call.ts'
import type { Difference } from '#lib/reconciliation/difference.ts'
import type { Judged } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { findKnown, type KnownRow } from './store.ts'

type Candidate = Judged['candidates'][number]

/** Calls that share a minted id but started further apart are different calls, as at the ingest. */
const SAME_CALL_MS = 5_000

export interface MatchedRow {
  /** Place of the row among those judged. */
  readonly index: number
  readonly candidate: Candidate
  /** What is stored of the call; null: nothing. */
  readonly known: KnownRow | null
}

const isSameCall = (candidate: Candidate, known: KnownRow): boolean =>
  candidate.billableTokens === 0n ||
  Math.abs(known.identityStartedAt.getTime() - candidate.event.startedAt.getTime()) <= SAME_CALL_MS

/** Which stored call a row is, by its minted identity or by its own. */
function knownOf(candidate: Candidate, known: ReadonlyMap<string, KnownRow>): KnownRow | null {
  const byMint = known.get(candidate.identity)
  if (byMint && isSameCall(candidate, byMint)) return byMint
  const byRow = candidate.alternativeIdentity ? known.get(candidate.alternativeIdentity) : undefined
  return byRow && isSameCall(candidate, byRow) ? byRow : null
}

/** Finds the stored call of each of LiteLLM's rows. */
export async function matchRows(ctx: ServiceContext, candidates: readonly Candidate[]): Promise<MatchedRow[]> {
  const ids = candidates.flatMap(({ identity, alternativeIdentity }) => [identity, alternativeIdentity ?? identity])
  const known = await findKnown(ctx.db, ctx.deploymentId, [...new Set(ids)])
  return candidates.map((candidate) => ({ index: candidate.index, candidate, known: knownOf(candidate, known) }))
}

/** How a row differs from the stored call that it is; null when it doesn't. */
export function compareRow({ candidate, known }: MatchedRow & { known: KnownRow }): Difference | null {
  const { identity: id } = known
  if (known.id === null || known.status === null || known.model === null || known.billableTokens === null) {
    const detail = 'its identity is stored, its event is gone'
    return { kind: 'event_missing', id, detail, explanation: null }
  }
  const ours = {
    status: known.status,
    cacheHit: known.cacheHit ?? false,
    model: known.model,
    inputTokens: known.inputTokens,
    outputTokens: known.outputTokens,
    billableTokens: known.billableTokens,
    litellmCost: known.litellmCost,
  }
  return compareCall(id, ours, factsOf(candidate))
}

/** A candidate as a comparison has it. */
export const factsOf = ({ event, billableTokens, litellmCost }: Candidate) => ({
  status: event.status,
  cacheHit: event.cacheHit,
  model: event.model,
  inputTokens: event.inputTokens,
  outputTokens: event.outputTokens,
  billableTokens,
  litellmCost,
})
