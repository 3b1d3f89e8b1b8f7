import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import { deployments } from './deployments.ts'

/**
 * What of each vault with a key decides on holds, as the chain last reported it. Whoever places holds on a vault has
 * the row's lock. Amounts in 1e-8 FLOW and USD.
 */
export const vaultReports = pgTable(
  'vault_reports',
  {
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    vaultId: bigint({ mode: 'bigint' }).notNull(),
    owner: text().notNull(),
    status: text({ enum: ['active', 'paused', 'closing', 'closed'] }).notNull(),
    balance: bigint({ mode: 'bigint' }).notNull(),
    accrued: bigint({ mode: 'bigint' }).notNull(),
    uncovered: bigint({ mode: 'bigint' }).notNull(),
    creditUsd: bigint({ mode: 'bigint' }).notNull(),
    period: integer(),
    chargedUsd: bigint({ mode: 'bigint' }).notNull(),
    capUsd: bigint({ mode: 'bigint' }),
    /** A lower cap that acts later. */
    pendingCapUsd: bigint({ mode: 'bigint' }),
    /** FLOW was asked back: the amount, or all of it where that is null. */
    returnAsked: boolean().notNull(),
    returnAmount: bigint({ mode: 'bigint' }),
    expiresAt: timestamp({ withTimezone: true }),
    pausedFrom: timestamp({ withTimezone: true }),
    /** Billable tokens by period that were known here to have settled, before the chain was asked. */
    settled: jsonb().$type<Record<string, string>>().notNull(),
    /** The chain's latest height before it was asked: the report is of that height or a later one. */
    height: bigint({ mode: 'number' }).notNull(),
    readAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.deploymentId, table.vaultId] })],
)

/** What the chain says for all vaults, and until when its events were followed. */
export const chainTerms = pgTable('chain_terms', {
  deploymentId: text()
    .primaryKey()
    .references(() => deployments.id),
  /** Null: the chain has no rate that may be used. */
  usdPerFlow: bigint({ mode: 'bigint' }),
  settleDelayMs: integer().notNull(),
  readAt: timestamp({ withTimezone: true }).notNull(),
  /** Every report of a vault with a key is as the chain was then, or newer: each vault that changed was read again. */
  followedAt: timestamp({ withTimezone: true }),
})

/** The most that a vault's request in flight can cost. Ended by the event that the request becomes. */
export const vaultHolds = pgTable(
  'vault_holds',
  {
    /** The id that the request's event will have. */
    id: text().primaryKey(),
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    vaultId: bigint({ mode: 'bigint' }).notNull(),
    keyHash: text().notNull(),
    /** Null: whichever model answers. */
    model: text(),
    /** Input and output tokens, at most. */
    tokens: bigint({ mode: 'bigint' }).notNull(),
    /** 1e-8 USD. */
    amount: bigint({ mode: 'bigint' }).notNull(),
    state: text({ enum: ['held', 'posted', 'void', 'expired'] }).notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    /** From then on the sweeper looks at it. */
    expiresAt: timestamp({ withTimezone: true }).notNull(),
    endedAt: timestamp({ withTimezone: true }),
    /** What whoever placed it must know of the request later. No content of calls. */
    facts: jsonb().$type<Record<string, unknown>>().notNull(),
  },
  (table) => [
    index('vault_holds_open')
      .on(table.deploymentId, table.vaultId)
      .where(sql`state = 'held'`),
    index('vault_holds_open_ids')
      .on(table.id)
      .where(sql`state = 'held'`),
    index('vault_holds_ended')
      .on(table.endedAt)
      .where(sql`state <> 'held'`),
    check('vault_holds_state', sql`state in ('held', 'posted', 'void', 'expired')`),
    check('vault_holds_amount', sql`amount >= 0 and tokens >= 0`),
    check('vault_holds_ended', sql`(state = 'held') = (ended_at is null)`),
  ],
)
