import { sql } from 'drizzle-orm'
import { bigint, check, date, index, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { deployments } from './deployments.ts'

/**
 * What usage is added up by, one row per combination that occurred. A label that a call doesn't have is the empty text.
 * Labels are long and counts are short: rollups name a series by its id.
 */
export const usageSeries = pgTable(
  'usage_series',
  {
    /** The first 128 bits of the SHA-256 of the columns below as a JSON array, in this order. */
    id: uuid().primaryKey(),
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    /** `vault:7` */
    account: text().notNull(),
    keyHash: text().notNull(),
    /** Id of the credit account's own key; it is in the hash only where there is one. */
    accountKey: text().notNull().default(''),
    /** The end user's label. */
    endUser: text().notNull(),
    organization: text().notNull(),
    feature: text().notNull(),
    model: text().notNull(),
    provider: text().notNull(),
  },
  (table) => [
    index('usage_series_account').on(table.deploymentId, table.account),
    index('usage_series_key').on(table.deploymentId, table.keyHash),
    ...(['endUser', 'organization'] as const).map((label) =>
      index(`usage_series_${label === 'endUser' ? 'end_user' : label}`)
        .on(table.deploymentId, table[label])
        .where(sql`${table[label]} <> ''`),
    ),
  ],
)

const count = () => bigint({ mode: 'bigint' }).notNull()

/** Requests of every outcome; tokens and cost of successful calls that no cache answered. */
const measures = () => ({
  requests: count(),
  failures: count(),
  cacheHits: count(),
  inputTokens: count(),
  outputTokens: count(),
  cachedTokens: count(),
  cacheWriteTokens: count(),
  reasoningTokens: count(),
  billableTokens: count(),
  /** What LiteLLM says the calls cost, 1e-12 USD, each rounded once: a cross-check, never billed. */
  litellmCost: count(),
  /** Calls of those for which LiteLLM told no cost that can be read. */
  costUnknown: count().default(sql`0`),
  /** Calls of those with billable tokens that cost nothing, says LiteLLM: a model without a price. */
  costZero: count().default(sql`0`),
})

const series = () =>
  uuid()
    .notNull()
    .references(() => usageSeries.id)

/** Usage by UTC hour of the call's start: exactly the sum of its events, written in their transaction. */
export const usageHourly = pgTable(
  'usage_hourly',
  { seriesId: series(), hour: timestamp({ withTimezone: true }).notNull(), ...measures() },
  (table) => [
    primaryKey({ columns: [table.seriesId, table.hour] }),
    index('usage_hourly_time').on(table.hour),
    check('usage_hourly_not_negative', sql`requests > 0 and billable_tokens >= 0`),
  ],
)

/** The same by UTC day. */
export const usageDaily = pgTable(
  'usage_daily',
  { seriesId: series(), day: date({ mode: 'string' }).notNull(), ...measures() },
  (table) => [
    primaryKey({ columns: [table.seriesId, table.day] }),
    index('usage_daily_time').on(table.day),
    check('usage_daily_not_negative', sql`requests > 0 and billable_tokens >= 0`),
  ],
)
