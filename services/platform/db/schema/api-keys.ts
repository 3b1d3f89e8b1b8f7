import { sql } from 'drizzle-orm'
import { bigint, check, integer, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core'
import { deployments } from './deployments.ts'

/**
 * Keys of vaults. A deleted key's row stays: usage that arrives late still finds its payer by the hash,
 * so a key that is made again is a new row.
 */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: text().primaryKey(),
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    vaultId: bigint({ mode: 'bigint' }).notNull(),
    /** SHA-256 of the secret in hex, LiteLLM's own form; null until LiteLLM made the key. */
    keyHash: text().unique(),
    masked: text(),
    alias: text().notNull(),
    status: text({ enum: ['pending', 'active', 'blocked', 'deleted'] }).notNull(),
    /** Rises whenever LiteLLM has to be told of another status. */
    revision: integer().notNull().default(0),
    /** What LiteLLM may book on the key at most, in LiteLLM's own dollars, 1e-8 USD; null until it is known. */
    budgetUsd: bigint({ mode: 'bigint' }),
    /** When the owner confirmed having seen the secret. */
    shownAt: timestamp({ withTimezone: true }),
    createdBy: text().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('api_keys_one_per_vault')
      .on(table.deploymentId, table.vaultId)
      .where(sql`status <> 'deleted'`),
    check('api_keys_status', sql`status in ('pending', 'active', 'blocked', 'deleted')`),
  ],
)
