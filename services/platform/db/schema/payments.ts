import { sql } from 'drizzle-orm'
import { bigint, boolean, check, index, integer, jsonb, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core'
import { creditAccounts } from './credits.ts'

/** Credits that somebody set out to buy. What is credited is decided by the payment, not by this row's status. */
export const purchases = pgTable(
  'purchases',
  {
    id: text().primaryKey(),
    accountId: text()
      .notNull()
      .references(() => creditAccounts.id),
    /** The buyer's own id of the request: asking twice is one purchase. */
    requestKey: text().notNull(),
    /** `refill`: ours, by standing order. */
    method: text({ enum: ['checkout', 'element', 'refill'] }).notNull(),
    /** US cents. */
    cents: integer().notNull(),
    status: text({ enum: ['created', 'pending', 'paid', 'failed'] }).notNull(),
    /** The buyer lets us keep the payment method, for refills. */
    saveMethod: boolean().notNull().default(false),
    /** Stripe's checkout session, for `checkout`. */
    sessionId: text().unique(),
    paymentIntentId: text().unique(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    updatedAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [
    unique('purchases_once').on(table.accountId, table.requestKey),
    index('purchases_of_account').on(table.accountId, table.createdAt.desc()),
    check('purchases_status', sql`status in ('created', 'pending', 'paid', 'failed')`),
    check('purchases_cents', sql`cents > 0`),
  ],
)

/** Every event that Stripe told, once: its row is written in the transaction of its effects. */
export const stripeEvents = pgTable(
  'stripe_events',
  {
    id: text().primaryKey(),
    type: text().notNull(),
    /** The payment that it is about. */
    paymentIntentId: text(),
    /** `ignored`: nothing to do. `unmatched`: of a payment not known yet. `refused`: an operator must look. */
    outcome: text({ enum: ['applied', 'ignored', 'unmatched', 'refused'] }).notNull(),
    reason: text(),
    /** The event's object as Stripe sent it. */
    payload: jsonb().$type<Record<string, unknown>>().notNull(),
    receivedAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [
    index('stripe_events_waiting')
      .on(table.paymentIntentId)
      .where(sql`outcome = 'unmatched'`),
    check('stripe_events_outcome', sql`outcome in ('applied', 'ignored', 'unmatched', 'refused')`),
  ],
)

/** Money that went back: refunds and disputes. Their events come in any order; the row says what holds. */
export const paymentReturns = pgTable(
  'payment_returns',
  {
    /** Stripe's refund or dispute. */
    id: text().primaryKey(),
    accountId: text()
      .notNull()
      .references(() => creditAccounts.id),
    /** 1e-8 USD. */
    amount: bigint({ mode: 'bigint' }).notNull(),
    /** `taken`: the credits were taken back. `given`: the money came back after all, and the credits too. */
    state: text({ enum: ['taken', 'given'] }).notNull(),
    updatedAt: timestamp({ withTimezone: true }).notNull(),
  },
  () => [check('payment_returns_state', sql`state in ('taken', 'given')`)],
)
