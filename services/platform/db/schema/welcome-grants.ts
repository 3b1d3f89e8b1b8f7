import { sql } from 'drizzle-orm'
import { bigint, check, date, index, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { creditAccounts } from './credits.ts'

/** What each new account was given as a welcome, or why nothing: decided once, when it opens. */
export const welcomeGrants = pgTable(
  'welcome_grants',
  {
    accountId: text()
      .primaryKey()
      .references(() => creditAccounts.id),
    outcome: text({ enum: ['given', 'off', 'budget', 'address', 'unverified', 'email'] }).notNull(),
    /** 1e-8 USD; 0 if nothing was given. */
    amount: bigint({ mode: 'bigint' }).notNull(),
    /** UTC day that it counts to. */
    day: date({ mode: 'string' }).notNull(),
    /** Keyed hash of day and network address: it can't be followed from one day to the next. */
    addressHash: text().notNull(),
    /** Hash of the normal form of a verified e-mail address that was welcomed. */
    emailHash: text().unique(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [
    index('welcome_grants_of_day').on(table.day, table.addressHash),
    check('welcome_grants_amount', sql`(outcome = 'given') = (amount > 0) and amount >= 0`),
  ],
)
