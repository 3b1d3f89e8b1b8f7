import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core'

/** Requests to read LiteLLM's spend logs of one vault's keys now. */
export const polls = pgTable(
  'polls',
  {
    id: text().primaryKey(),
    deploymentId: text().notNull(),
    vaultId: bigint({ mode: 'bigint' }).notNull(),
    /** What asked for it: `webhook`, `generic_api`. */
    reason: text().notNull(),
    status: text({ enum: ['pending', 'running', 'done', 'failed'] }).notNull(),
    requestedAt: timestamp({ withTimezone: true }).notNull(),
    startedAt: timestamp({ withTimezone: true }),
    finishedAt: timestamp({ withTimezone: true }),
    /** Rows read, new events or not. */
    found: integer(),
    error: text(),
  },
  (table) => [
    uniqueIndex('polls_one_waiting')
      .on(table.deploymentId, table.vaultId)
      .where(sql`status = 'pending'`),
    index('polls_of_vault').on(table.deploymentId, table.vaultId, table.requestedAt.desc()),
    check('polls_status', sql`status in ('pending', 'running', 'done', 'failed')`),
  ],
)

/** How far a reader of a log got. What is before the position has been read for good. */
export const watermarks = pgTable('watermarks', {
  name: text().primaryKey(),
  position: timestamp({ withTimezone: true }).notNull(),
  /** When the last read that came to its end had begun. */
  readAt: timestamp({ withTimezone: true }),
  /** Another process leaves it alone until then; a reader that lives moves it forward. */
  claimedUntil: timestamp({ withTimezone: true }),
})
