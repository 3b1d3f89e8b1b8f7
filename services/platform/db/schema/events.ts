import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import { CALL_STATUSES } from '#lib/metering/usage-event.ts'

/**
 * One row per billed, cached or failed call. Append-only; its id is the call's identity on every road, and is unique by
 * `event_identities`. Partitioned by period (`ensure_event_partition`): retention drops whole months.
 */
export const events = pgTable(
  'events',
  {
    id: text().notNull(),
    /** No foreign key: its row of `meter_periods` has it, and checking it here too costs a fifth of an insert. */
    deploymentId: text().notNull(),
    vaultId: bigint({ mode: 'bigint' }).notNull(),
    /** Who pays, as the reports name it: `vault:7`. */
    account: text().notNull(),
    /** Flow address of the one who made the key. */
    wallet: text(),
    keyHash: text().notNull(),
    /** Id of the credit account's own key that the gateway was called with; null: none, or a vault's call. */
    accountKey: text(),
    /** UTC month of the call's start, YYYYMM. */
    period: integer().notNull(),
    /** Place in the period's Merkle tree, in ingest order from 0. */
    ordinal: integer().notNull(),
    callId: text().notNull(),
    startedAt: timestamp({ withTimezone: true }).notNull(),
    endedAt: timestamp({ withTimezone: true }).notNull(),
    model: text().notNull(),
    servedModel: text(),
    provider: text(),
    /** The model's own counts; null: it reported none, which only an unbilled call may. */
    inputTokens: bigint({ mode: 'bigint' }),
    outputTokens: bigint({ mode: 'bigint' }),
    cachedTokens: bigint({ mode: 'bigint' }),
    cacheWriteTokens: bigint({ mode: 'bigint' }),
    reasoningTokens: bigint({ mode: 'bigint' }),
    /** What the bill counts: 0 for failed calls and cache hits. */
    billableTokens: bigint({ mode: 'bigint' }).notNull(),
    /** LiteLLM's float as text: a cross-check, never billed. */
    litellmCostUsd: text(),
    /** The same in 1e-12 USD. Null beside a text: that is no cost (NaN, negative, absurd). */
    litellmCost: bigint({ mode: 'bigint' }),
    status: text({ enum: CALL_STATUSES }).notNull(),
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
    primaryKey({ columns: [table.deploymentId, table.vaultId, table.period, table.ordinal] }),
    index('events_recent').on(table.deploymentId, table.vaultId, table.startedAt.desc()),
    index('events_call').on(table.callId),
    ...(['conversation', 'agent', 'team'] as const).map((label) =>
      index(`events_${label}`)
        .on(table.deploymentId, table[label], table.startedAt)
        .where(sql.raw(`${label} is not null`)),
    ),
    check('events_tokens', sql`input_tokens >= 0 and output_tokens >= 0 and billable_tokens >= 0`),
    check('events_counted', sql`billable_tokens = 0 or (input_tokens is not null and output_tokens is not null)`),
    check('events_unbilled', sql`billable_tokens = 0 or (status = 'success' and not cache_hit)`),
  ],
)
