import { check, index, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
import { deployments } from './deployments.ts'

/** A sign-in that was begun. `used_at` is set once, by the one request that may use the nonce. */
export const nonces = pgTable(
  'nonces',
  {
    /** HMAC of the nonce under SESSION_SECRET. */
    nonceHash: text('nonce_hash').primaryKey(),
    deploymentId: text('deployment_id')
      .notNull()
      .references(() => deployments.id),
    network: text('network').notNull(),
    /** The origin that the wallet signs as the app's identifier. */
    appIdentifier: text('app_identifier').notNull(),
    /** HMAC of the cookie of the browser that asked: nobody else may use the nonce. */
    browserHash: text('browser_hash').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
    usedAt: timestamp('used_at', { withTimezone: true }),
  },
  (table) => [
    index('nonces_expires_at').on(table.expiresAt),
    check('nonces_live_five_minutes', sql`${table.expiresAt} <= ${table.createdAt} + interval '5 minutes'`),
  ],
)
