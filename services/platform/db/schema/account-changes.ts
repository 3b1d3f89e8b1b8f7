import { index, jsonb, pgTable, text, timestamp, bigserial } from 'drizzle-orm/pg-core'
import { creditAccounts } from './credits.ts'

/** Who changed an account's terms, and how: never edited. */
export const accountChanges = pgTable(
  'account_changes',
  {
    id: bigserial({ mode: 'bigint' }).primaryKey(),
    accountId: text()
      .notNull()
      .references(() => creditAccounts.id),
    /** `holder`, or the admin's address. */
    by: text().notNull(),
    before: jsonb().$type<Record<string, unknown>>().notNull(),
    after: jsonb().$type<Record<string, unknown>>().notNull(),
    at: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [index('account_changes_of_account').on(table.accountId, table.id.desc())],
)
