import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  check,
  date,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'

const units = () =>
  bigint({ mode: 'bigint' })
    .notNull()
    .default(sql`0`)

/**
 * A customer's credits, in 1e-8 USD. The database itself keeps `balance` and `receivable` equal to the sums of the
 * account's transfers, and `held` to that of its open holds; nobody else can write them.
 */
export const creditAccounts = pgTable(
  'credit_accounts',
  {
    id: text().primaryKey(),
    /** Its usage is metered under this number, negated: vaults have the numbers above 0. */
    number: bigserial({ mode: 'bigint' }).notNull().unique(),
    /** Who it belongs to: `flow:0x…` or `oidc:<issuer>|<subject>`. */
    subject: text().notNull().unique(),
    tier: text({ enum: ['free', 'starter', 'professional', 'enterprise'] }).notNull(),
    status: text({ enum: ['open', 'frozen'] }).notNull(),
    /** What a month's usage may cost; null: no cap. */
    monthlyCap: bigint({ mode: 'bigint' }),
    balance: units(),
    held: units(),
    /** What the customer owes after a dispute; the next purchase pays it first. */
    receivable: units(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
  },
  () => [
    check('credit_accounts_tier', sql`tier in ('free', 'starter', 'professional', 'enterprise')`),
    check('credit_accounts_status', sql`status in ('open', 'frozen')`),
    check('credit_accounts_never_overspent', sql`held >= 0 and held <= balance and receivable >= 0`),
    check('credit_accounts_cap', sql`monthly_cap >= 0`),
  ],
)

/** Double entry: each row moves an amount from the debited account to the credited one. Never edited, never deleted. */
export const ledgerTransfers = pgTable(
  'ledger_transfers',
  {
    /** Made by the caller: the same transfer, asked for again, is one row. */
    id: text().primaryKey(),
    /** `customer:<id>`, `receivable:<id>`, or a book of ours: `revenue`, `grants`, `stripe`, `flow`. */
    debit: text().notNull(),
    credit: text().notNull(),
    /** 1e-8 USD. */
    amount: bigint({ mode: 'bigint' }).notNull(),
    kind: text({
      enum: ['purchase', 'usage', 'refund', 'bonus', 'expiry', 'dispute', 'recovery', 'reversal'],
    }).notNull(),
    /** The customer whose history shows it. */
    accountId: text()
      .notNull()
      .references(() => creditAccounts.id),
    /** UTC month that it counts to, YYYYMM. */
    period: integer().notNull(),
    /** What it is for: model, tokens, payment, reason and who gave it. */
    facts: jsonb().$type<Record<string, unknown>>().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [
    index('ledger_transfers_history').on(table.accountId, table.createdAt.desc(), table.id.desc()),
    check('ledger_transfers_amount', sql`amount > 0 and debit <> credit`),
    check(
      'ledger_transfers_kind',
      sql`kind in ('purchase', 'usage', 'refund', 'bonus', 'expiry', 'dispute', 'recovery', 'reversal')`,
    ),
  ],
)

/** What a request in flight may cost at most: `held` until it is posted, voided, or expires unresolved. */
export const creditHolds = pgTable(
  'credit_holds',
  {
    /** The request's id. */
    id: text().primaryKey(),
    accountId: text()
      .notNull()
      .references(() => creditAccounts.id),
    period: integer().notNull(),
    amount: bigint({ mode: 'bigint' }).notNull(),
    state: text({ enum: ['held', 'posted', 'void', 'expired'] }).notNull(),
    /** What it cost in the end. */
    posted: bigint({ mode: 'bigint' }),
    facts: jsonb().$type<Record<string, unknown>>().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    /** From then on nobody may still end it but the sweeper. */
    expiresAt: timestamp({ withTimezone: true }).notNull(),
    endedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    index('credit_holds_open')
      .on(table.expiresAt)
      .where(sql`state = 'held'`),
    index('credit_holds_account').on(table.accountId, table.createdAt.desc()),
    index('credit_holds_posted')
      .on(table.endedAt)
      .where(sql`state = 'posted'`),
    index('credit_holds_counted')
      .on(table.endedAt)
      .where(sql`state = 'posted' and facts->>'usageSource' in ('gateway-count', 'estimate')`),
    check('credit_holds_state', sql`state in ('held', 'posted', 'void', 'expired')`),
    check('credit_holds_amount', sql`amount > 0 and posted >= 0 and posted <= amount`),
    check(
      'credit_holds_ended',
      sql`(state = 'held') = (ended_at is null) and (state = 'posted') = (posted is not null)`,
    ),
  ],
)

/** A customer's usage of a month, and what its open holds may add: kept by the database like the balance. */
export const creditMonths = pgTable(
  'credit_months',
  {
    accountId: text()
      .notNull()
      .references(() => creditAccounts.id),
    period: integer().notNull(),
    spent: units(),
    held: units(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.period] }),
    check('credit_months_not_negative', sql`spent >= 0 and held >= 0`),
  ],
)

/**
 * What paid requests of a key or with a label took, by the UTC day of their holds' placing, less what was given back of
 * them: kept by the database, so that nobody has to read the holds.
 */
export const creditTaken = pgTable(
  'credit_taken',
  {
    /** No foreign key: its holds have it. */
    accountId: text().notNull(),
    scope: text({ enum: ['key', 'end_user', 'organization'] }).notNull(),
    value: text().notNull(),
    day: date().notNull(),
    tokens: numeric({ mode: 'bigint' }).notNull(),
    requests: bigint({ mode: 'bigint' }).notNull(),
    amount: bigint({ mode: 'bigint' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.scope, table.value, table.accountId, table.day] })],
)

/** Credits that were given and end at a time; bought credits never end. */
export const creditGrants = pgTable(
  'credit_grants',
  {
    /** The transfer that gave them. */
    id: text()
      .primaryKey()
      .references(() => ledgerTransfers.id),
    accountId: text()
      .notNull()
      .references(() => creditAccounts.id),
    amount: bigint({ mode: 'bigint' }).notNull(),
    /** Not yet used up nor expired. */
    remaining: bigint({ mode: 'bigint' }).notNull(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [
    index('credit_grants_open')
      .on(table.accountId, table.expiresAt)
      .where(sql`remaining > 0`),
    check('credit_grants_remaining', sql`remaining >= 0 and remaining <= amount`),
  ],
)
