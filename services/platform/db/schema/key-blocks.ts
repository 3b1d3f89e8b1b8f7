import { sql } from 'drizzle-orm'
import { check, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { keyBlockReasons } from '#lib/keys/key-blocks.ts'
import { apiKeys } from './api-keys.ts'

const reasons = keyBlockReasons.map((reason) => `'${reason}'`).join(', ')

/** Why a key must not be used. LiteLLM refuses a key exactly while at least one row stands. */
export const keyBlocks = pgTable(
  'key_blocks',
  {
    keyId: text()
      .notNull()
      .references(() => apiKeys.id),
    reason: text({ enum: keyBlockReasons }).notNull(),
    /** Tells blocks of one reason apart: the id of a limit. Empty where a reason stands once. */
    detail: text().notNull().default(''),
    since: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.keyId, table.reason, table.detail] }),
    check('key_blocks_reason', sql.raw(`reason in (${reasons})`)),
  ],
)
