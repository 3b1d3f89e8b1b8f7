import type { Road } from '#lib/metering/usage-event.ts'
import type { Column } from '#services/platform/db/rows-of.ts'
import type { PlacedEvent } from './append.ts'

/** How calls came, and when. */
export interface Origin {
  readonly deploymentId: string
  readonly road: Road
  readonly receivedAt: Date
}

/** A call on its way into the database. */
export interface NewEvent extends PlacedEvent {
  readonly origin: Origin
}

/** The columns of `events`. */
export const eventColumns: readonly Column<NewEvent>[] = [
  ['id', 'text', ({ candidate }) => candidate.identity],
  ['deployment_id', 'text', ({ origin }) => origin.deploymentId],
  ['vault_id', 'bigint', ({ candidate }) => candidate.vaultId],
  ['account', 'text', ({ candidate }) => candidate.account],
  ['wallet', 'text', ({ candidate }) => candidate.wallet],
  ['key_hash', 'text', ({ candidate: { event } }) => event.keyHash],
  ['account_key', 'text', ({ candidate }) => candidate.accountKey],
  ['period', 'integer', ({ candidate }) => candidate.period],
  ['ordinal', 'integer', ({ ordinal }) => ordinal],
  ['call_id', 'text', ({ candidate: { event } }) => event.callId],
  ['started_at', 'timestamptz', ({ candidate: { event } }) => event.startedAt.toISOString()],
  ['ended_at', 'timestamptz', ({ candidate: { event } }) => event.endedAt.toISOString()],
  ['model', 'text', ({ candidate: { event } }) => event.model],
  ['served_model', 'text', ({ candidate: { event } }) => event.servedModel],
  ['provider', 'text', ({ candidate: { event } }) => event.provider],
  ['input_tokens', 'bigint', ({ candidate: { event } }) => event.inputTokens],
  ['output_tokens', 'bigint', ({ candidate: { event } }) => event.outputTokens],
  ['cached_tokens', 'bigint', ({ candidate: { event } }) => event.cachedTokens],
  ['cache_write_tokens', 'bigint', ({ candidate: { event } }) => event.cacheWriteTokens],
  ['reasoning_tokens', 'bigint', ({ candidate: { event } }) => event.reasoningTokens],
  ['billable_tokens', 'bigint', ({ candidate }) => candidate.billableTokens],
  ['litellm_cost_usd', 'text', ({ candidate: { event } }) => event.litellmCostUsd],
  ['litellm_cost', 'bigint', ({ candidate }) => candidate.litellmCost],
  ['status', 'text', ({ candidate: { event } }) => event.status],
  ['cache_hit', 'boolean', ({ candidate: { event } }) => event.cacheHit],
  ['stream', 'boolean', ({ candidate: { event } }) => event.stream],
  ['latency_ms', 'integer', ({ candidate: { event } }) => event.latencyMs],
  ['road', 'text', ({ origin }) => origin.road],
  ['end_user', 'text', ({ candidate: { event } }) => event.endUser],
  ['organization', 'text', ({ candidate: { event } }) => event.organization],
  ['team', 'text', ({ candidate: { event } }) => event.team],
  ['conversation', 'text', ({ candidate: { event } }) => event.conversation],
  ['feature', 'text', ({ candidate: { event } }) => event.feature],
  ['agent', 'text', ({ candidate: { event } }) => event.agent],
  ['trace_id', 'text', ({ candidate: { event } }) => event.traceId],
  ['tags', 'jsonb', ({ candidate: { event } }) => JSON.stringify(event.tags)],
  ['received_at', 'timestamptz', ({ origin }) => origin.receivedAt.toISOString()],
]

/** The columns of `event_identities`. */
export const identityColumns: readonly Column<NewEvent>[] = [
  ['id', 'text', ({ candidate }) => candidate.identity],
  ['deployment_id', 'text', ({ origin }) => origin.deploymentId],
  ['vault_id', 'bigint', ({ candidate }) => candidate.vaultId],
  ['period', 'integer', ({ candidate }) => candidate.period],
  ['ordinal', 'integer', ({ ordinal }) => ordinal],
  ['leaf_hash', 'text', ({ leafHash }) => leafHash],
  ['started_at', 'timestamptz', ({ candidate: { event } }) => event.startedAt.toISOString()],
  ['billable_tokens', 'bigint', ({ candidate }) => candidate.billableTokens],
]
