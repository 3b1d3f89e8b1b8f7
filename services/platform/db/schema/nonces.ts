import { sql } from 'drizzle-orm'
import { check, index, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { deployments } from './deployments.ts'

/** A sign-in that was begun. `used_at` is set once, by the one request that may use the nonce. */
export const nonces = pgTable(
  'nonces',
  {
    /** HMAC of the nonce under SESSION_SECRET. */
    nonceHash: text().primaryKey(),
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    network: text().notNull(),
    /** The origin that the wallet signs as the app's identifier. */
    appIdentifier: text().notNull(),
    /** HMAC of the cookie of the browser that asked: nobody else may use the nonce. */
    browserHash: text().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
    usedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    index('nonces_expires_at').on(table.expiresAt),
    check('nonces_live_five_minutes', sql`expires_at <= created_at + interval '5 minutes'`),
  ],
)
