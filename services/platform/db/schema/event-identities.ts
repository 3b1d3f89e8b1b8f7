import { bigint, integer, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core'

/**
 * The identity of every call ever stored, and its leaf in the period's Merkle tree. Neither partitioned nor emptied by
 * retention: a call that comes again years later is still the same call, and an old root can still be proven.
 */
export const eventIdentities = pgTable(
  'event_identities',
  {
    id: text().primaryKey(),
    /** No foreign key: as for `events`. */
    deploymentId: text().notNull(),
    vaultId: bigint({ mode: 'bigint' }).notNull(),
    period: integer().notNull(),
    /** Place in the period's Merkle tree, in ingest order from 0. */
    ordinal: integer().notNull(),
    leafHash: text().notNull(),
    startedAt: timestamp({ withTimezone: true }).notNull(),
    billableTokens: bigint({ mode: 'bigint' }).notNull(),
  },
  (table) => [unique('event_identities_ordinal').on(table.deploymentId, table.vaultId, table.period, table.ordinal)],
)
