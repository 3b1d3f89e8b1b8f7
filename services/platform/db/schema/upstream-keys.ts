import { sql } from 'drizzle-orm'
import { bigint, boolean, check, index, pgTable, pgView, text, timestamp } from 'drizzle-orm/pg-core'
import { creditAccounts } from './credits.ts'
import { deployments } from './deployments.ts'

/**
 * The keys under which usage of credit accounts is metered. `litellm`: one that LiteLLM knows; its secret is derived,
 * never stored, and never leaves the server. `byok`: only a name, for calls that go to a provider on the customer's own
 * key. A row stays when the master key changes, so that late usage still finds its payer by the hash.
 */
export const upstreamKeys = pgTable(
  'upstream_keys',
  {
    /** SHA-256 of the secret in hex. */
    keyHash: text().primaryKey(),
    accountId: text()
      .notNull()
      .references(() => creditAccounts.id),
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    kind: text({ enum: ['litellm', 'byok'] }).notNull(),
    /** `pending` until LiteLLM is known to have it. */
    status: text({ enum: ['pending', 'active'] }).notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [
    index('upstream_keys_of_account').on(table.accountId),
    check('upstream_keys_kind', sql`kind in ('litellm', 'byok')`),
    check('upstream_keys_status', sql`status in ('pending', 'active')`),
  ],
)

/** Every key whose usage is metered: those of vaults, and those of credit accounts. */
export const meteredKeys = pgView('metered_keys', {
  keyHash: text().notNull(),
  deploymentId: text().notNull(),
  /** A vault's number, or a credit account's, negated. */
  vaultId: bigint({ mode: 'bigint' }).notNull(),
  /** Whom reports name as the payer: `vault:<number>` or `credits:<account id>`. */
  account: text().notNull(),
  /** Whose it is: a Flow address, or a subject of another issuer. */
  wallet: text().notNull(),
  /** Whether LiteLLM keeps books of it. */
  isInLitellm: boolean().notNull(),
  isDeleted: boolean().notNull(),
  createdAt: timestamp({ withTimezone: true }).notNull(),
  updatedAt: timestamp({ withTimezone: true }).notNull(),
}).existing()
