import { boolean, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { creditAccounts } from './credits.ts'

/** Keys of model providers that customers brought, one per provider. Sealed: who reads this table can't use them. */
export const providerKeys = pgTable(
  'provider_keys',
  {
    accountId: text()
      .notNull()
      .references(() => creditAccounts.id),
    provider: text().notNull(),
    /** What lists show, so that they never open the key. */
    masked: text().notNull(),
    /** Null: the provider's own address. */
    baseUrl: text(),
    enabled: boolean().notNull(),
    /** See `services/platform/crypto/seal.ts`. */
    masterKey: text().notNull(),
    wrapped: text().notNull(),
    sealed: text().notNull(),
    /** When the key was last tested: tests of one key don't follow one another at once. */
    testedAt: timestamp({ withTimezone: true }),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    updatedAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.provider] })],
)
