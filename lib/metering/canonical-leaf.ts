import { type Hash, leafHash, portableSha256 } from '../merkle/hash.ts'

/** What a bill proves of one call: who, when, which model, how many tokens. No content and no labels. */
export interface LeafFacts {
  readonly id: string
  readonly vaultId: bigint
  /** YYYYMM */
  readonly period: number
  /** Place in the period in ingest order, from 0. */
  readonly ordinal: number
  readonly keyHash: string
  readonly startedAt: Date
  /** Normalised name. */
  readonly model: string
  readonly inputTokens: bigint
  readonly outputTokens: bigint
  readonly billableTokens: bigint
}

/** The canonical text of an event: JSON with a fixed order of fields, counts as decimal strings. */
export function canonicalLeaf(facts: LeafFacts): string {
  return JSON.stringify({
    v: 1,
    id: facts.id,
    vault: facts.vaultId.toString(),
    period: facts.period,
    ordinal: facts.ordinal,
    key: facts.keyHash,
    at: facts.startedAt.toISOString(),
    model: facts.model,
    input: facts.inputTokens.toString(),
    output: facts.outputTokens.toString(),
    billable: facts.billableTokens.toString(),
  })
}

export const eventLeafHash = (facts: LeafFacts, hash = portableSha256): Hash => leafHash(canonicalLeaf(facts), hash)
