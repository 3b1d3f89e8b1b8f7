import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { deployments } from './deployments.ts'

/**
 * Meter readings on their way to the chain: cumulative for their period, one open at most per vault.
 * The content never changes after it was planned, so sending it again is safe.
 */
export const readings = pgTable(
  'readings',
  {
    id: text().primaryKey(),
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    vaultId: bigint({ mode: 'bigint' }).notNull(),
    period: integer().notNull(),
    sequence: bigint({ mode: 'bigint' }).notNull(),
    /** Billable tokens by model in name order, counts as decimal strings. */
    models: jsonb().$type<{ model: string; tokens: string }[]>().notNull(),
    tokens: bigint({ mode: 'bigint' }).notNull(),
    root: text().notNull(),
    eventCount: integer().notNull(),
    status: text({ enum: ['planned', 'submitted', 'sealed', 'failed'] }).notNull(),
    /** The transaction that settled it, or the last one tried. */
    txId: text(),
    /** Every transaction tried: an answer that was lost can still be found. */
    txIds: jsonb().$type<string[]>().notNull().default([]),
    /** Height of the chain when the first of them was prepared. */
    preparedHeight: bigint({ mode: 'number' }),
    /** Tries that ended in an error. A reading that failed with others goes alone next time. */
    attempts: integer().notNull().default(0),
    /** Why it failed, or why the last attempt did. */
    error: text(),
    /** Price of the period so far as this side computes it, 1e-8 USD. */
    expectedUsd: bigint({ mode: 'bigint' }),
    /** Price of the period so far as the chain computed it, 1e-8 USD. */
    usd: bigint({ mode: 'bigint' }),
    /** What this reading charged, 1e-8 USD and 1e-8 FLOW. */
    dueUsd: bigint({ mode: 'bigint' }),
    flow: bigint({ mode: 'bigint' }),
    /** Set when chain and this side disagree; an operator must look. */
    alarm: text(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    submittedAt: timestamp({ withTimezone: true }),
    finishedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    unique('readings_sequence').on(table.deploymentId, table.vaultId, table.sequence),
    uniqueIndex('readings_one_open')
      .on(table.deploymentId, table.vaultId)
      .where(sql`status in ('planned', 'submitted')`),
    index('readings_open')
      .on(table.deploymentId, table.createdAt)
      .where(sql`status in ('planned', 'submitted')`),
    index('readings_alarm')
      .on(table.deploymentId, table.finishedAt)
      .where(sql`alarm is not null`),
    check('readings_status', sql`status in ('planned', 'submitted', 'sealed', 'failed')`),
    check('readings_submitted', sql`status <> 'submitted' or tx_id is not null`),
  ],
)
