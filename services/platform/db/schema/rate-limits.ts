import { bigint, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'

/** What a subject used in each slice of the last minute. Unlogged: a crash of the database starts the count anew. */
export const rateSlices = pgTable(
  'rate_slices',
  {
    subject: text().notNull(),
    /** Number of the slice since 1970. */
    slice: bigint({ mode: 'bigint' }).notNull(),
    requests: integer().notNull(),
    tokens: bigint({ mode: 'bigint' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.subject, table.slice] })],
)

/** Requests in flight, by process. One that dies stops renewing its rows, and its requests have ended. Unlogged. */
export const rateFlights = pgTable(
  'rate_flights',
  {
    subject: text().notNull(),
    /** Made by the process. */
    process: text().notNull(),
    flights: bigint({ mode: 'bigint' }).notNull(),
    endsAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.subject, table.process] })],
)
