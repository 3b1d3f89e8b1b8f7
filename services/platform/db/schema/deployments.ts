import { pgTable, text, timestamp } from 'drizzle-orm/pg-core'

/** One deployment of the contracts on one chain. Rows that mirror the chain carry its id; a reset chain has another. */
export const deployments = pgTable('deployments', {
  id: text().primaryKey(),
  network: text().notNull(),
  contractAddress: text().notNull(),
  createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
})
