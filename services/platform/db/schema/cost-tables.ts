import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core'
import { deployments } from './deployments.ts'

/** Versions of what calls cost the operator. A published one never changes: triggers of the database see to it. */
export const costTables = pgTable(
  'cost_tables',
  {
    version: integer().primaryKey().generatedAlwaysAsIdentity(),
    /** The first UTC hour that it prices. */
    effectiveFrom: timestamp({ withTimezone: true }).notNull(),
    status: text({ enum: ['draft', 'published'] }).notNull(),
    note: text().notNull(),
    /** SHA-256 of the hour, the note and the rates: the same table, sent again, is the same version. */
    contentHash: text().notNull(),
    createdBy: text().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    publishedBy: text(),
    publishedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    unique('cost_tables_content').on(table.contentHash),
    index('cost_tables_effective').on(table.effectiveFrom),
    check('cost_tables_status', sql`status in ('draft', 'published')`),
    check(
      'cost_tables_published',
      sql`(status = 'published') = (published_by is not null and published_at is not null)`,
    ),
    check('cost_tables_whole_hour', sql`extract(epoch from effective_from)::bigint % 3600 = 0`),
  ],
)

/** What one kind of token costs: 1e-8 USD per 1M tokens, or per request. `*` is every provider, or every model. */
export const costRates = pgTable(
  'cost_rates',
  {
    version: integer().notNull(),
    provider: text().notNull(),
    model: text().notNull(),
    kind: text({ enum: ['input', 'output', 'cached', 'cache_write', 'reasoning', 'request'] }).notNull(),
    rate: bigint({ mode: 'bigint' }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.version, table.provider, table.model, table.kind] }),
    foreignKey({ columns: [table.version], foreignColumns: [costTables.version] }).onDelete('cascade'),
    check('cost_rates_kind', sql`kind in ('input', 'output', 'cached', 'cache_write', 'reasoning', 'request')`),
    check('cost_rates_range', sql`rate between 0 and 10000000000000`),
  ],
)

/** An amount in 1e-14 USD: more than 64 bits hold. */
const amount = () => numeric({ precision: 38, scale: 0, mode: 'bigint' }).notNull()

/** What publishing a cost table changed of usage that was there: append-only. */
export const reRatings = pgTable(
  're_ratings',
  {
    version: integer()
      .primaryKey()
      .references(() => costTables.version),
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    /** Of the preview that was seen before. */
    previewHash: text().notNull(),
    /** The hours that it touched; equal when it touched none. */
    fromHour: timestamp({ withTimezone: true }).notNull(),
    toHour: timestamp({ withTimezone: true }).notNull(),
    costBefore: amount(),
    costAfter: amount(),
    /** Tokens without a rate, before and after. */
    unratedBefore: amount(),
    unratedAfter: amount(),
    /** The largest differences by month, account and model, amounts as decimal strings. */
    differences: jsonb().$type<Record<string, string | number>[]>().notNull(),
    ratedBy: text().notNull(),
    ratedAt: timestamp({ withTimezone: true }).notNull(),
  },
  () => [check('re_ratings_hours', sql`from_hour <= to_hour`)],
)
