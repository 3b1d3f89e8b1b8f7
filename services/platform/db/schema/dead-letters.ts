import { sql } from 'drizzle-orm'
import { bigint, check, index, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

/** Usage that could not be stored as an event: kept with the reason, can be replayed. Holds no content of calls. */
export const deadLetters = pgTable(
  'dead_letters',
  {
    id: bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    /** Hash of road, reason and payload as they came: the same bad item, delivered again, is one row. */
    fingerprint: text().notNull().unique(),
    road: text().notNull(),
    reason: text().notNull(),
    detail: text(),
    payload: jsonb().notNull(),
    receivedAt: timestamp({ withTimezone: true }).notNull(),
    resolvedAt: timestamp({ withTimezone: true }),
    /** How it ended: stored as an event, or given up by an operator. */
    resolution: text({ enum: ['replayed', 'discarded'] }),
  },
  (table) => [
    index('dead_letters_open').on(table.resolvedAt, table.receivedAt),
    check('dead_letters_resolved', sql`(resolved_at is null) = (resolution is null)`),
  ],
)

/** What was done to dead letters, by whom, and the payload as it was before a fix. Append-only. */
export const deadLetterActions = pgTable(
  'dead_letter_actions',
  {
    id: bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    letterId: bigint({ mode: 'bigint' })
      .notNull()
      .references(() => deadLetters.id),
    action: text({ enum: ['fixed', 'replayed', 'discarded'] }).notNull(),
    /** A Flow address, or a job of the system. */
    actor: text().notNull(),
    at: timestamp({ withTimezone: true }).notNull(),
    /** Why it was given up. */
    reason: text(),
    payloadBefore: jsonb(),
  },
  (table) => [
    index('dead_letter_actions_letter').on(table.letterId, table.id),
    check('dead_letter_actions_kept', sql`action <> 'fixed' or payload_before is not null`),
    check('dead_letter_actions_reason', sql`action <> 'discarded' or reason is not null`),
  ],
)
