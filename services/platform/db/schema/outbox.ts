import { sql } from 'drizzle-orm'
import { bigint, index, integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

/** Side effects that a transaction decided and a worker carries out afterwards. */
export const outbox = pgTable(
  'outbox',
  {
    id: bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    kind: text().notNull(),
    /** The effect's own identity: deciding it twice is deciding it once. */
    dedupe: text().notNull().unique(),
    payload: jsonb().$type<Record<string, unknown>>().notNull(),
    /** Not visible before. */
    runAt: timestamp({ withTimezone: true }).notNull(),
    /** Somebody's until then, by the clock of the database: workers may disagree on the time. */
    leasedUntil: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`'epoch'`),
    /** Rises with each claim: only the latest claim may finish the message. */
    fence: integer().notNull().default(0),
    /** Claims that ended in an error. */
    attempts: integer().notNull().default(0),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    doneAt: timestamp({ withTimezone: true }),
    lastError: text(),
  },
  (table) => [
    index('outbox_due')
      .on(table.kind, table.runAt)
      .where(sql`done_at is null`),
  ],
)
