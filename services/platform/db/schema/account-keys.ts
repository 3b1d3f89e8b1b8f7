import { sql } from 'drizzle-orm'
import { check, index, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core'
import { creditAccounts } from './credits.ts'

/** Keys of a credit account. Only the hash of a secret is kept; a revoked key's row stays, so that usage has a name. */
export const accountKeys = pgTable(
  'account_keys',
  {
    id: text().primaryKey(),
    accountId: text()
      .notNull()
      .references(() => creditAccounts.id),
    /** The customer's own id of the request that made it: asking twice makes one key. */
    requestKey: text().notNull(),
    name: text().notNull(),
    /** SHA-256 of the secret. */
    keyHash: text().notNull().unique(),
    /** What is shown in place of the secret. */
    masked: text().notNull(),
    /** Power level of requests that name none; null: the account's default. */
    power: text({ enum: ['eco', 'balanced', 'precision'] }),
    /** Models that it may use; null: all that the tier may. */
    models: text().array(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    /** About, to a minute. */
    lastUsedAt: timestamp({ withTimezone: true }),
    revokedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    unique('account_keys_once').on(table.accountId, table.requestKey),
    index('account_keys_of_account').on(table.accountId, table.createdAt.desc()),
    check('account_keys_power', sql`power in ('eco', 'balanced', 'precision')`),
  ],
)
