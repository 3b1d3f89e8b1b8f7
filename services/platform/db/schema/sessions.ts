import { pgTable, text, timestamp } from 'drizzle-orm/pg-core'

/** Sign-in sessions of wallets. Only the hash of the cookie's secret is kept. */
export const sessions = pgTable('sessions', {
  idHash: text().primaryKey(),
  address: text().notNull(),
  network: text().notNull(),
  createdAt: timestamp({ withTimezone: true }).notNull(),
  expiresAt: timestamp({ withTimezone: true }).notNull(),
  endedAt: timestamp({ withTimezone: true }),
})

/** Nonces that account proofs sign; each is used once. */
export const nonces = pgTable('nonces', {
  nonceHash: text().primaryKey(),
  createdAt: timestamp({ withTimezone: true }).notNull(),
  expiresAt: timestamp({ withTimezone: true }).notNull(),
  usedAt: timestamp({ withTimezone: true }),
})
