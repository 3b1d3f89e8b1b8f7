import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import { creditAccounts } from './credits.ts'

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** Requests that carry an Idempotency-Key, with what they were answered. */
export const gatewayRequests = pgTable(
  'gateway_requests',
  {
    /** Whose key it is: `account:<id>` or `vault:<id>`. */
    payer: text().notNull(),
    key: text().notNull(),
    /** Of the method, the path and the body. */
    bodyHash: text().notNull(),
    /** What the request goes by everywhere; a retry after a crash keeps it, so that it is paid once. */
    requestId: text().notNull(),
    state: text({ enum: ['running', 'done'] }).notNull(),
    /** While it runs, its process moves this forward; a process that died no longer does. */
    leasedUntil: timestamp({ withTimezone: true }).notNull(),
    status: integer(),
    headers: jsonb().$type<Record<string, string>>(),
    /** Null of one that is done: it was too large, or newer ones took its place. */
    answer: bytes(),
    /** Where the answer ends among all bytes that were kept for the payer, one after another. */
    keptBytes: bigint({ mode: 'bigint' }),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.payer, table.key] }),
    index('gateway_requests_expired').on(table.expiresAt),
    index('gateway_requests_kept')
      .on(table.payer, table.keptBytes)
      .where(sql`kept_bytes is not null`),
    check('gateway_requests_state', sql`state in ('running', 'done')`),
    check(
      'gateway_requests_done',
      sql`num_nonnulls(status, headers, answer) in (0, 3) and (answer is null or state = 'done')`,
    ),
  ],
)

/** Usage that can't be: its hold stands until the admin has decided. */
export const usageReviews = pgTable(
  'usage_reviews',
  {
    /** The hold's id, which is the event's. */
    id: text().primaryKey(),
    accountId: text()
      .notNull()
      .references(() => creditAccounts.id),
    requestId: text().notNull(),
    reason: text({ enum: ['impossible', 'above_hold'] }).notNull(),
    /** The usage as it was reported, and what the request was. No content. */
    reported: jsonb().$type<Record<string, unknown>>().notNull(),
    state: text({ enum: ['open', 'booked', 'void'] }).notNull(),
    /** 1e-8 USD. */
    booked: bigint({ mode: 'bigint' }),
    note: text(),
    decidedBy: text(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    decidedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    index('usage_reviews_open')
      .on(table.createdAt)
      .where(sql`state = 'open'`),
    check('usage_reviews_state', sql`state in ('open', 'booked', 'void')`),
    check(
      'usage_reviews_decided',
      sql`(state = 'open') = (decided_at is null) and (state = 'booked') = (booked is not null)`,
    ),
  ],
)
