import { sql } from 'drizzle-orm'
import { check, index, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { deployments } from './deployments.ts'

/** Who is signed in. A row is dead once it has ended or expired; its id is never used again. */
export const sessions = pgTable(
  'sessions',
  {
    /** HMAC of the cookie's token under SESSION_SECRET: neither a reader nor a writer of this table can sign in. */
    idHash: text().primaryKey(),
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    network: text().notNull(),
    address: text().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
    endedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    index('sessions_expires_at').on(table.expiresAt),
    check('sessions_expire_after_creation', sql`expires_at > created_at`),
  ],
)
