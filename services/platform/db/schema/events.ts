import { sql } from 'drizzle-orm'
import { bigint, boolean, check, index, integer, jsonb, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core'
import { deployments } from './deployments.ts'

/** One row per billed, cached or failed call. Append-only; its id is the call's identity on every road. */
export const events = pgTable(
  'events',
  {
    id: text().primaryKey(),
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    vaultId: bigint({ mode: 'bigint' }).notNull(),
    keyHash: text().notNull(),
    /** UTC month of the call's start, YYYYMM. */
    period: integer().notNull(),
    /** Place in the period's Merkle tree, in ingest order from 0. */
    ordinal: integer().notNull(),
    leafHash: text().notNull(),
    callId: text().notNull(),
    startedAt: timestamp({ withTimezone: true }).notNull(),
    endedAt: timestamp({ withTimezone: true }).notNull(),
    model: text().notNull(),
    servedModel: text(),
    provider: text(),
    inputTokens: bigint({ mode: 'bigint' }).notNull(),
    outputTokens: bigint({ mode: 'bigint' }).notNull(),
    cachedTokens: bigint({ mode: 'bigint' }),
    cacheWriteTokens: bigint({ mode: 'bigint' }),
    reasoningTokens: bigint({ mode: 'bigint' }),
    /** What the bill counts: 0 for failed calls and cache hits. */
    billableTokens: bigint({ mode: 'bigint' }).notNull(),
    /** LiteLLM's float as text: a cross-check, never billed. */
    litellmCostUsd: text(),
    status: text({ enum: ['success', 'failure'] }).notNull(),
    cacheHit: boolean().notNull(),
    stream: boolean().notNull(),
    latencyMs: integer(),
    road: text({ enum: ['gateway', 'plugin', 'poll'] }).notNull(),
    endUser: text(),
    organization: text(),
    team: text(),
    conversation: text(),
    feature: text(),
    agent: text(),
    traceId: text(),
    tags: jsonb().$type<string[]>().notNull(),
    receivedAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [
    unique('events_ordinal').on(table.deploymentId, table.vaultId, table.period, table.ordinal),
    index('events_recent').on(table.deploymentId, table.vaultId, table.startedAt.desc()),
    check('events_tokens', sql`input_tokens >= 0 and output_tokens >= 0 and billable_tokens >= 0`),
    check('events_unbilled', sql`billable_tokens = 0 or (status = 'success' and not cache_hit)`),
  ],
)
