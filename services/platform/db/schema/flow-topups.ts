import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, pgTable, primaryKey, text, timestamp, unique } from 'drizzle-orm/pg-core'
import { creditAccounts } from './credits.ts'
import { deployments } from './deployments.ts'

/** FLOW that arrived at the treasury, each arrival once, and what became of it. */
export const flowTopups = pgTable(
  'flow_topups',
  {
    /** `<deployment>:<transaction>:<index of the event>`. */
    id: text().primaryKey(),
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    txId: text().notNull(),
    eventIndex: integer().notNull(),
    blockHeight: bigint({ mode: 'number' }).notNull(),
    blockTime: timestamp({ withTimezone: true }).notNull(),
    /** Null: the chain doesn't tell. */
    fromAddress: text(),
    /** The vault that its owner paid from; null: a wallet. */
    vaultId: bigint({ mode: 'bigint' }),
    /** 1e-8 FLOW. */
    amount: bigint({ mode: 'bigint' }).notNull(),
    /** `waiting`: for a rate. `priced`: for an account of the sender. `credited`, or `too_small` to be worth it. */
    state: text({ enum: ['waiting', 'priced', 'credited', 'too_small'] }).notNull(),
    /** 1e-8 USD for 1 FLOW. */
    usdPerFlow: bigint({ mode: 'bigint' }),
    /** 1e-8 USD. */
    usd: bigint({ mode: 'bigint' }),
    accountId: text().references(() => creditAccounts.id),
    creditedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    unique('flow_topups_once').on(table.deploymentId, table.txId, table.eventIndex),
    index('flow_topups_open')
      .on(table.blockHeight)
      .where(sql`state in ('waiting', 'priced')`),
    index('flow_topups_sender').on(table.fromAddress, table.blockHeight.desc()),
    check('flow_topups_state', sql`state in ('waiting', 'priced', 'credited', 'too_small')`),
    check('flow_topups_amount', sql`amount > 0 and usd_per_flow > 0 and usd >= 0`),
    check('flow_topups_priced', sql`(state = 'waiting') = (usd is null) and (usd is null) = (usd_per_flow is null)`),
    check(
      'flow_topups_credited',
      sql`(state = 'credited') = (account_id is not null) and (state = 'credited') = (credited_at is not null)`,
    ),
  ],
)

/** Up to which block the treasury was watched. */
export const flowTopupCursors = pgTable(
  'flow_topup_cursors',
  {
    deploymentId: text()
      .notNull()
      .references(() => deployments.id),
    treasury: text().notNull(),
    height: bigint({ mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.deploymentId, table.treasury] })],
)
