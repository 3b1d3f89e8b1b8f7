import { bigint, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { deployments } from './deployments.ts'

/**
 * Roots of the complete runs of 1,024 leaves of a period's Merkle tree, computed from `event_identities` when first
 * needed. They can't change, as leaves are only appended: a proof reads these in place of every leaf.
 */
export const merkleChunks = pgTable(
  'merkle_chunks',
  {
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    vaultId: bigint({ mode: 'bigint' }).notNull(),
    period: integer().notNull(),
    /** The leaves from 1,024 times this on. */
    chunk: integer().notNull(),
    root: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.deploymentId, table.vaultId, table.period, table.chunk] })],
)
