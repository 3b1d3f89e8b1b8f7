import { bigint, index, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

/** Usage that could not be stored as an event: kept with the reason, can be replayed. Holds no content of calls. */
export const deadLetters = pgTable(
  'dead_letters',
  {
    id: bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    /** Hash of road, reason and payload: the same bad item, delivered again, is one row. */
    fingerprint: text().notNull().unique(),
    road: text().notNull(),
    reason: text().notNull(),
    detail: text(),
    payload: jsonb().notNull(),
    receivedAt: timestamp({ withTimezone: true }).notNull(),
    resolvedAt: timestamp({ withTimezone: true }),
  },
  (table) => [index('dead_letters_open').on(table.resolvedAt, table.receivedAt)],
)
