import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { deployments } from './deployments.ts'

/** Counts and cost as decimal text. */
type Sums = Record<string, string>

interface KeptDifference {
  kind: string
  id: string | null
  detail: string
  explanation: string | null
}

/** One comparison of our events with LiteLLM's own books over some days, for all keys or one. */
export const reconciliationRuns = pgTable(
  'reconciliation_runs',
  {
    id: text().primaryKey(),
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    /** What asked for it. */
    trigger: text({ enum: ['nightly', 'request', 'command'] }).notNull(),
    requestedBy: text().notNull(),
    /** UTC days, both included. */
    firstDay: date({ mode: 'string' }).notNull(),
    lastDay: date({ mode: 'string' }).notNull(),
    /** Null: every key. */
    keyHash: text(),
    status: text({ enum: ['pending', 'running', 'done', 'failed'] }).notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    startedAt: timestamp({ withTimezone: true }),
    finishedAt: timestamp({ withTimezone: true }),
    error: text(),
    /** Days of keys by result. */
    matches: integer().notNull().default(0),
    explained: integer().notNull().default(0),
    unexplained: integer().notNull().default(0),
    /** Calls that LiteLLM counted in those days under keys that no vault has; null where one key was compared. */
    foreignCalls: bigint({ mode: 'number' }),
  },
  (table) => [
    uniqueIndex('reconciliation_runs_one_a_night')
      .on(table.deploymentId, table.lastDay)
      .where(sql`trigger = 'nightly'`),
    index('reconciliation_runs_recent').on(table.deploymentId, table.createdAt.desc()),
    check('reconciliation_runs_days', sql`first_day <= last_day`),
    check('reconciliation_runs_status', sql`status in ('pending', 'running', 'done', 'failed')`),
    check('reconciliation_runs_trigger', sql`trigger in ('nightly', 'request', 'command')`),
  ],
)

/** What a run found for a key on a UTC day. Kept for good: it is the proof that nothing was lost or added. */
export const reconciliations = pgTable(
  'reconciliations',
  {
    runId: text()
      .notNull()
      .references(() => reconciliationRuns.id),
    keyHash: text().notNull(),
    day: date({ mode: 'string' }).notNull(),
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    vaultId: bigint({ mode: 'bigint' }).notNull(),
    /** Calls that started before it were compared: the day's end, or while the day runs how far the books were read. */
    comparedTo: timestamp({ withTimezone: true }).notNull(),
    result: text({ enum: ['matches', 'explained', 'unexplained'] }).notNull(),
    /** Counts of both sides, as decimal strings. */
    figures: jsonb().$type<Record<'here' | 'litellm', Sums> & { counted: Sums | null }>().notNull(),
    /** What differs, call by call; the first thousand. */
    differences: jsonb().$type<KeptDifference[]>().notNull(),
    /** Of all that differ. */
    differenceCount: integer().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.keyHash, table.day] }),
    index('reconciliations_of_key').on(table.deploymentId, table.keyHash, table.day.desc()),
    check('reconciliations_result', sql`result in ('matches', 'explained', 'unexplained')`),
  ],
)
