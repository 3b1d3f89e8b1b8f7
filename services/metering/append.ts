import { eventLeafHash } from '#lib/metering/canonical-leaf.ts'
import { MAX_MODELS_PER_PERIOD } from '#lib/metering/model-name.ts'
import { appendLeaf, type Frontier, frontierRoot } from '#lib/merkle/frontier.ts'
import type { Hash } from '#lib/merkle/hash.ts'
import { isOfAccount } from '#lib/metering/payer.ts'
import { nativeSha256 } from '#services/platform/crypto/hash.ts'
import type { PaidCandidate } from './schemas.ts'

/** What a period of a vault has metered so far. */
export interface PeriodState {
  readonly vaultId: bigint
  readonly period: number
  readonly frontier: Frontier
  readonly tokens: bigint
  /** Models with billable tokens. */
  readonly billedModels: ReadonlySet<string>
}

export interface PlacedEvent {
  readonly candidate: PaidCandidate
  readonly ordinal: number
  readonly leafHash: Hash
}

interface MeterChange {
  readonly model: string
  readonly tokens: bigint
  readonly requests: bigint
}

export interface Appended {
  readonly state: PeriodState
  readonly root: Hash
  readonly placed: readonly PlacedEvent[]
  readonly changes: readonly MeterChange[]
  /** Billable calls over a model too many for a reading. */
  readonly overflow: readonly PaidCandidate[]
}

function leafOf(candidate: PaidCandidate, ordinal: number): Hash {
  const { event, identity, vaultId, period, billableTokens } = candidate
  const { keyHash, startedAt, model } = event
  const counts = { inputTokens: event.inputTokens ?? 0n, outputTokens: event.outputTokens ?? 0n, billableTokens }
  const facts = { id: identity, vaultId, period, ordinal, keyHash, startedAt, model, ...counts }
  return eventLeafHash(facts, nativeSha256)
}

/** Appends new calls to a period in the given order. Calls without billable tokens never use up a model's place. */
export function appendEvents(state: PeriodState, candidates: readonly PaidCandidate[]): Appended {
  const billedModels = new Set(state.billedModels)
  const changes = new Map<string, MeterChange>()
  const placed: PlacedEvent[] = []
  const overflow: PaidCandidate[] = []
  let { frontier, tokens } = state
  for (const candidate of candidates) {
    const { model } = candidate.event
    const billed = candidate.billableTokens
    // What never goes to the chain has no reading that could be too long.
    const hasRoom = isOfAccount(candidate.vaultId) || billedModels.size < MAX_MODELS_PER_PERIOD
    if (billed > 0n && !billedModels.has(model) && !hasRoom) {
      overflow.push(candidate)
      continue
    }
    if (billed > 0n) billedModels.add(model)
    const leafHash = leafOf(candidate, frontier.size)
    placed.push({ candidate, ordinal: frontier.size, leafHash })
    frontier = appendLeaf(frontier, leafHash, nativeSha256)
    tokens += billed
    const before = changes.get(model) ?? { model, tokens: 0n, requests: 0n }
    changes.set(model, { model, tokens: before.tokens + billed, requests: before.requests + 1n })
  }
  const next = { ...state, frontier, tokens, billedModels }
  return { state: next, root: frontierRoot(frontier, nativeSha256), placed, changes: [...changes.values()], overflow }
}
