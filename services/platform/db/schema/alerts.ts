import { sql } from 'drizzle-orm'
import { check, index, integer, jsonb, pgTable, text, timestamp, unique, uniqueIndex } from 'drizzle-orm/pg-core'
import { deployments } from './deployments.ts'

/** Something that somebody has to be told, once. */
export const alerts = pgTable(
  'alerts',
  {
    id: text().primaryKey(),
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    /** `operator`, or the address of an account's owner; null until the chain was asked who that is. */
    audience: text(),
    /** `vault:7` or `credits:<account id>`, whom it is about; null: the installation. */
    account: text(),
    kind: text().notNull(),
    severity: text({ enum: ['info', 'warning', 'critical'] }).notNull(),
    /** The identity of what is told: telling it again tells nothing. */
    dedupe: text().notNull(),
    sentence: text().notNull(),
    data: jsonb().$type<Record<string, unknown>>().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    readAt: timestamp({ withTimezone: true }),
    /** When what it tells of was over; null for what just happened. */
    resolvedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    unique('alerts_dedupe').on(table.deploymentId, table.dedupe),
    index('alerts_of_audience').on(table.deploymentId, table.audience, table.createdAt.desc(), table.id),
    index('alerts_unread')
      .on(table.deploymentId, table.audience)
      .where(sql`read_at is null`),
    index('alerts_open')
      .on(table.deploymentId, table.kind)
      .where(sql`resolved_at is null`),
    check('alerts_severity', sql`severity in ('info', 'warning', 'critical')`),
    check('alerts_addressed', sql`audience is not null or account is not null`),
  ],
)

/** Where somebody wants to be told, beside the console. */
export const alertChannels = pgTable(
  'alert_channels',
  {
    id: text().primaryKey(),
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    /** Whose it is: an address, or `operator`. */
    audience: text().notNull(),
    kind: text({ enum: ['webhook', 'email'] }).notNull(),
    target: text().notNull(),
    /** HMAC of the word in the confirmation mail; null once it was used. */
    confirmationHash: text(),
    confirmationExpiresAt: timestamp({ withTimezone: true }),
    /** Nothing is sent before. */
    confirmedAt: timestamp({ withTimezone: true }),
    /** Tries in a row that failed. */
    failures: integer().notNull().default(0),
    /** A failing channel isn't tried before. */
    retryAt: timestamp({ withTimezone: true }),
    lastError: text(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    removedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    uniqueIndex('alert_channels_one_of_a_kind')
      .on(table.deploymentId, table.audience, table.kind, table.target)
      .where(sql`removed_at is null`),
    check('alert_channels_kind', sql`kind in ('webhook', 'email')`),
  ],
)

/** The log of deliveries: one row per alert and channel, whatever tries it took. */
export const alertDeliveries = pgTable(
  'alert_deliveries',
  {
    id: text().primaryKey(),
    alertId: text()
      .notNull()
      .references(() => alerts.id),
    channelId: text()
      .notNull()
      .references(() => alertChannels.id),
    status: text({ enum: ['pending', 'delivered', 'failed'] }).notNull(),
    attempts: integer().notNull().default(0),
    /** The receiver's last answer: an HTTP status or an SMTP code. */
    lastStatus: integer(),
    lastError: text(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    triedAt: timestamp({ withTimezone: true }),
    finishedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    unique('alert_deliveries_once').on(table.alertId, table.channelId),
    index('alert_deliveries_of_channel').on(table.channelId, table.createdAt.desc()),
    check('alert_deliveries_status', sql`status in ('pending', 'delivered', 'failed')`),
    check('alert_deliveries_finished', sql`(status = 'pending') = (finished_at is null)`),
  ],
)

/** Up to which block the chain's events were told. */
export const alertCursors = pgTable('alert_cursors', {
  name: text().primaryKey(),
  height: integer().notNull(),
})
