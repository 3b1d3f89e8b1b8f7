import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { creditAccounts } from './credits.ts'

/** An account at Stripe, and the payment method that its holder let us keep. */
export const paymentMethods = pgTable('payment_methods', {
  accountId: text()
    .primaryKey()
    .references(() => creditAccounts.id),
  customerId: text().notNull().unique(),
  /** Null until a payment left one behind. */
  paymentMethodId: text(),
  updatedAt: timestamp({ withTimezone: true }).notNull(),
})

/** A standing order: buy so much when the balance is below so much, at most once a UTC day. */
export const autoRefills = pgTable(
  'auto_refills',
  {
    accountId: text()
      .primaryKey()
      .references(() => creditAccounts.id),
    /** 1e-8 USD. */
    threshold: bigint({ mode: 'bigint' }).notNull(),
    /** US cents. */
    cents: integer().notNull(),
    /** `paused`: a payment failed; its holder has to set it up again. */
    status: text({ enum: ['active', 'paused'] }).notNull(),
    /** Why it is paused, in words for its holder. */
    reason: text(),
    updatedAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [
    index('auto_refills_active')
      .on(table.accountId)
      .where(sql`status = 'active'`),
    check('auto_refills_status', sql`status in ('active', 'paused') and (status = 'paused') = (reason is not null)`),
    check('auto_refills_amounts', sql`threshold > 0 and cents > 0`),
  ],
)
