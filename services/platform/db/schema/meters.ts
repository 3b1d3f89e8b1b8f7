import { sql } from 'drizzle-orm'
import { bigint, check, integer, jsonb, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import type { Frontier } from '#lib/merkle/frontier.ts'
import { deployments } from './deployments.ts'

/** Totals by model of a vault's billing period: exactly the sum of its events. */
export const meters = pgTable(
  'meters',
  {
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    vaultId: bigint({ mode: 'bigint' }).notNull(),
    period: integer().notNull(),
    model: text().notNull(),
    /** Billable tokens. */
    tokens: bigint({ mode: 'bigint' }).notNull(),
    /** Every call, also failed ones and cache hits. */
    requests: bigint({ mode: 'bigint' }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.deploymentId, table.vaultId, table.period, table.model] }),
    check('meters_not_negative', sql`tokens >= 0 and requests > 0`),
  ],
)

/** One row per vault and period. Whoever appends events holds its lock, which gives ordinals their order. */
export const meterPeriods = pgTable(
  'meter_periods',
  {
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    vaultId: bigint({ mode: 'bigint' }).notNull(),
    period: integer().notNull(),
    eventCount: integer().notNull().default(0),
    /** Right edge of the Merkle tree over the events, so that an append needs no other leaf. */
    frontier: jsonb().$type<Frontier>().notNull(),
    root: text().notNull(),
    /** Billable tokens of all models. */
    tokens: bigint({ mode: 'bigint' })
      .notNull()
      .default(sql`0`),
    /** Billable tokens that the last sealed reading carried. */
    settledTokens: bigint({ mode: 'bigint' })
      .notNull()
      .default(sql`0`),
    /** No reading is planned before: a refused one backs off. */
    planAfter: timestamp({ withTimezone: true }),
    /** Why nothing of this period can settle any more; its later usage is listed, not billed. */
    closedReason: text(),
    /** Readings refused in a row. */
    refusals: integer().notNull().default(0),
    updatedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.deploymentId, table.vaultId, table.period] }),
    check('meter_periods_not_negative', sql`event_count >= 0 and tokens >= 0 and settled_tokens >= 0`),
  ],
)
