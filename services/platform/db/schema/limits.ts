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
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { Armings } from '#lib/limits/judge-limit.ts'
import { apiKeys } from './api-keys.ts'
import { deployments } from './deployments.ts'

/**
 * What somebody asked to be limited. How much of it is used is never stored: it follows from the rollups and the time.
 * A removed limit's row stays, so that its id is never another's.
 */
export const limits = pgTable(
  'limits',
  {
    id: text().primaryKey(),
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    /** `vault:7` or `credits:cr_…`; null: all accounts together, which only the operator may limit. */
    account: text(),
    scope: text({ enum: ['key', 'end_user', 'organization'] }).notNull(),
    /** Id of the key, or the label of the end user or organization. */
    value: text().notNull(),
    metric: text({ enum: ['tokens', 'requests', 'usd'] }).notNull(),
    /** UTC day, UTC month, or all time. */
    per: text({ enum: ['day', 'month', 'all'] }).notNull(),
    /** `soft` warns, `hard` also refuses. */
    kind: text({ enum: ['soft', 'hard'] }).notNull(),
    /** Tokens, requests, or USD in 1e-8. */
    amount: bigint({ mode: 'bigint' }).notNull(),
    /** Rises with each change: what was found out under an earlier one is found out again. */
    revision: integer().notNull().default(0),
    /** Thresholds that a change of the amount armed anew. */
    armings: jsonb().$type<Armings>().notNull().default({}),
    createdBy: text().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    updatedAt: timestamp({ withTimezone: true }).notNull(),
    removedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    uniqueIndex('limits_one_of_a_kind')
      .on(
        table.deploymentId,
        sql`coalesce(${table.account}, '')`,
        table.scope,
        table.value,
        table.metric,
        table.per,
        table.kind,
      )
      .where(sql`removed_at is null`),
    check('limits_scope', sql`scope in ('key', 'end_user', 'organization')`),
    check('limits_metric', sql`metric in ('tokens', 'requests', 'usd')`),
    check('limits_per', sql`per in ('day', 'month', 'all')`),
    check('limits_kind', sql`kind in ('soft', 'hard')`),
    check('limits_amount', sql`amount > 0`),
    check('limits_value', sql`value <> ''`),
  ],
)

/** What the last check of a limit found and carried out. */
export const limitChecks = pgTable(
  'limit_checks',
  {
    limitId: text()
      .primaryKey()
      .references(() => limits.id),
    /** The limit's revision that was checked. */
    revision: integer().notNull(),
    blocked: boolean().notNull(),
    /** When the window ends, and it has to be checked again without any usage; null: never. */
    dueAt: timestamp({ withTimezone: true }),
    checkedAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [index('limit_checks_due').on(table.dueAt)],
)

/**
 * Up to which event the limits on an account's usage were checked: the rest is to be checked. A period below 0 has what
 * credits took in it instead, modulo what an integer holds.
 */
export const limitCursors = pgTable(
  'limit_cursors',
  {
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    vaultId: bigint({ mode: 'bigint' }).notNull(),
    period: integer().notNull(),
    eventCount: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.deploymentId, table.vaultId, table.period] })],
)

/** What LiteLLM has to know of the limits on a key, beside its being blocked, and what it was told last. */
export const keyLimits = pgTable('key_limits', {
  keyId: text()
    .primaryKey()
    .references(() => apiKeys.id),
  /** Labels that the key does not serve now, as `end_user:ann` or `organization:acme`, in order. */
  refused: jsonb().$type<string[]>().notNull(),
  /** Budgets in LiteLLM's own dollars, as decimal text, by window; one that is absent has no fence. */
  budgets: jsonb().$type<{ day?: string; month?: string }>().notNull(),
  revision: integer().notNull(),
  appliedRevision: integer().notNull().default(0),
  updatedAt: timestamp({ withTimezone: true }).notNull(),
})
