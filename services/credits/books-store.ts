import type { Period } from '#lib/period/period.ts'
import type { Db } from '#services/platform/db/client.ts'
import { arraysOf, type Column, namesOf, rowsFrom } from '#services/platform/db/rows-of.ts'
import { run, type Statement } from '#services/platform/db/statement.ts'
import type { AccountRow, GrantRow, HoldRow, MonthRow, NewTransfer } from './store.ts'

// What each request passes twice. Statements of fixed text: a connection parses and plans them once.

export type BookedAccount = Pick<AccountRow, 'id' | 'status' | 'monthlyCap' | 'balance' | 'held'>
export type BookedHold = Pick<
  HoldRow,
  'id' | 'accountId' | 'amount' | 'state' | 'posted' | 'period' | 'createdAt' | 'expiresAt'
>

/** What the database says of everything that a batch touches. */
export interface BookRows {
  readonly accounts: readonly BookedAccount[]
  readonly holds: readonly BookedHold[]
  readonly months: readonly MonthRow[]
  readonly grants: readonly GrantRow[]
}

interface Wanted {
  readonly accountIds: readonly string[]
  readonly holdIds: readonly string[]
  /** Beside the holds' own. */
  readonly periods: readonly Period[]
}

/** A row as JSON has it: bigints and times as text. */
type Told<T> = {
  [K in keyof T]: T[K] extends bigint | Date ? string : T[K] extends bigint | null ? string | null : T[K]
}

interface ToldRows {
  holds: Told<BookedHold>[] | null
  months: Told<MonthRow>[] | null
  grants: Told<GrantRow>[] | null
}

const lockAccountsText: Statement = {
  name: 'credits.lock_accounts',
  text: `
    select id, status, monthly_cap as "monthlyCap", balance, held from credit_accounts
    where id = any ($1::text[]) order by id for update`,
}

const readBooksText: Statement = {
  name: 'credits.read_books',
  text: `
    select
      (select json_agg(t) from (
        select id, account_id as "accountId", amount::text, state, posted::text, period,
          created_at as "createdAt", expires_at as "expiresAt"
        from credit_holds where id = any ($2::text[])
      ) t) as holds,
      (select json_agg(t) from (
        select account_id as "accountId", period, spent::text, held::text from credit_months
        where account_id = any ($1::text[]) and (
          period = any ($3::integer[]) or period in (select period from credit_holds where id = any ($2::text[])))
      ) t) as months,
      (select json_agg(t) from (
        select id, account_id as "accountId", amount::text, remaining::text, expires_at as "expiresAt"
        from credit_grants where account_id = any ($1::text[]) and remaining > 0
      ) t) as grants`,
}

/** Locks the accounts until the transaction ends, in the order of their ids, and reads the books under the locks. */
export async function lockBooks(db: Db, { accountIds, holdIds, periods }: Wanted): Promise<BookRows> {
  const [accounts, [told]] = await Promise.all([
    run<Told<BookedAccount>>(db, lockAccountsText, [accountIds]),
    run<ToldRows>(db, readBooksText, [accountIds, holdIds, periods]),
  ])
  return {
    accounts: accounts.map(({ balance, held, monthlyCap, ...row }) => ({
      ...row,
      balance: BigInt(balance),
      held: BigInt(held),
      monthlyCap: monthlyCap === null ? null : BigInt(monthlyCap),
    })),
    holds: (told?.holds ?? []).map(({ amount, posted, createdAt, expiresAt, ...row }) => ({
      ...row,
      amount: BigInt(amount),
      posted: posted === null ? null : BigInt(posted),
      createdAt: new Date(createdAt),
      expiresAt: new Date(expiresAt),
    })),
    months: (told?.months ?? []).map((row) => ({ ...row, spent: BigInt(row.spent), held: BigInt(row.held) })),
    grants: (told?.grants ?? []).map(({ amount, remaining, expiresAt, ...row }) => ({
      ...row,
      amount: BigInt(amount),
      remaining: BigInt(remaining),
      expiresAt: new Date(expiresAt),
    })),
  }
}

export interface NewHold {
  readonly id: string
  readonly accountId: string
  readonly period: Period
  readonly amount: bigint
  readonly facts: Readonly<Record<string, unknown>>
  readonly createdAt: Date
  readonly expiresAt: Date
}

const holdColumns: readonly Column<NewHold>[] = [
  ['id', 'text', ({ id }) => id],
  ['account_id', 'text', ({ accountId }) => accountId],
  ['period', 'integer', ({ period }) => period],
  ['amount', 'bigint', ({ amount }) => amount],
  ['facts', 'jsonb', ({ facts }) => JSON.stringify(facts)],
  ['created_at', 'timestamptz', ({ createdAt }) => createdAt.toISOString()],
  ['expires_at', 'timestamptz', ({ expiresAt }) => expiresAt.toISOString()],
]

const insertHoldsText: Statement = {
  name: 'credits.insert_holds',
  text: `
    insert into credit_holds (state, ${namesOf(holdColumns)})
    select 'held', * from ${rowsFrom(holdColumns)}`,
}

export async function insertHolds(db: Db, rows: readonly NewHold[]): Promise<void> {
  if (rows.length > 0) await run(db, insertHoldsText, arraysOf(rows, holdColumns))
}

export interface HoldRenewal {
  readonly id: string
  readonly expiresAt: Date
}

const renewalColumns: readonly Column<HoldRenewal>[] = [
  ['id', 'text', ({ id }) => id],
  ['expires_at', 'timestamptz', ({ expiresAt }) => expiresAt.toISOString()],
]

const renewHoldsText: Statement = {
  name: 'credits.renew_holds',
  text: `
    update credit_holds set expires_at = given.expires_at from ${rowsFrom(renewalColumns)}
    where credit_holds.id = given.id and credit_holds.state = 'held'`,
}

/** Keeps open holds for a later try of their requests. */
export async function renewHolds(db: Db, renewals: readonly HoldRenewal[]): Promise<void> {
  if (renewals.length > 0) await run(db, renewHoldsText, arraysOf(renewals, renewalColumns))
}

export interface HoldEnd {
  readonly id: string
  readonly state: 'posted' | 'void' | 'expired'
  readonly posted: bigint | null
  readonly facts: Readonly<Record<string, unknown>>
}

const endColumns: readonly Column<HoldEnd>[] = [
  ['id', 'text', ({ id }) => id],
  ['state', 'text', ({ state }) => state],
  ['posted', 'bigint', ({ posted }) => posted],
  ['facts', 'jsonb', ({ facts }) => JSON.stringify(facts)],
]

const endHoldsText: Statement = {
  name: 'credits.end_holds',
  text: `
    update credit_holds set state = given.state, posted = given.posted, ended_at = $1,
      facts = credit_holds.facts || given.facts
    from ${rowsFrom(endColumns, 2)} where credit_holds.id = given.id`,
}

/** Ends holds. Each must be open: the database refuses to end one twice. */
export async function endHolds(db: Db, ends: readonly HoldEnd[], endedAt: Date): Promise<void> {
  if (ends.length > 0) await run(db, endHoldsText, [endedAt.toISOString(), ...arraysOf(ends, endColumns)])
}

const transferColumns: readonly Column<NewTransfer>[] = [
  ['id', 'text', ({ id }) => id],
  ['debit', 'text', ({ debit }) => debit],
  ['credit', 'text', ({ credit }) => credit],
  ['amount', 'bigint', ({ amount }) => amount],
  ['kind', 'text', ({ kind }) => kind],
  ['account_id', 'text', ({ accountId }) => accountId],
  ['period', 'integer', ({ period }) => period],
  ['facts', 'jsonb', ({ facts }) => JSON.stringify(facts)],
  ['created_at', 'timestamptz', ({ createdAt }) => createdAt.toISOString()],
]

const insertTransfersText: Statement = {
  name: 'credits.insert_transfers',
  text: `
    insert into ledger_transfers (${namesOf(transferColumns)})
    select * from ${rowsFrom(transferColumns)} on conflict (id) do nothing returning id`,
}

/** Writes transfers that aren't there yet. The ids of those that were new. */
export async function insertTransfers(db: Db, rows: readonly NewTransfer[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set()
  const written = await run<{ id: string }>(db, insertTransfersText, arraysOf(rows, transferColumns))
  return new Set(written.map(({ id }) => id))
}

export interface GrantUse {
  readonly id: string
  readonly used: bigint
}

const useColumns: readonly Column<GrantUse>[] = [
  ['id', 'text', ({ id }) => id],
  ['used', 'bigint', ({ used }) => used],
]

const useGrantsText: Statement = {
  name: 'credits.use_grants',
  text: `
    update credit_grants set remaining = remaining - uses.used
    from (select id, sum(used) as used from ${rowsFrom(useColumns)} group by id) as uses
    where credit_grants.id = uses.id`,
}

/** Takes amounts out of grants. */
export async function useGrants(db: Db, uses: readonly GrantUse[]): Promise<void> {
  if (uses.length > 0) await run(db, useGrantsText, arraysOf(uses, useColumns))
}
