import { index, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

/** Signatures of hints that were taken, for as long as they would be valid: no process takes one twice. */
export const hintSignatures = pgTable(
  'hint_signatures',
  {
    signature: text().primaryKey(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [index('hint_signatures_expired').on(table.expiresAt)],
)
