import { and, asc, desc, eq, gt, ilike, inArray, lt, or, type SQL, sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import {
  accountChanges,
  creditAccounts,
  creditGrants,
  creditHolds,
  creditMonths,
  ledgerTransfers,
} from '#services/platform/db/schema/index.ts'

export type AccountRow = typeof creditAccounts.$inferSelect
export type HoldRow = typeof creditHolds.$inferSelect
export type GrantRow = typeof creditGrants.$inferSelect
export type MonthRow = typeof creditMonths.$inferSelect
export type TransferRow = typeof ledgerTransfers.$inferSelect
export type NewTransfer = typeof ledgerTransfers.$inferInsert

/** Locks accounts until the transaction ends, always in the order of their ids, so that none waits in a circle. */
export const lockAccounts = (db: Db, ids: readonly string[]): Promise<AccountRow[]> =>
  db
    .select()
    .from(creditAccounts)
    .where(inArray(creditAccounts.id, [...ids]))
    .orderBy(asc(creditAccounts.id))
    .for('update')

export async function findAccountOf(db: Db, subject: string): Promise<AccountRow | null> {
  const [row] = await db.select().from(creditAccounts).where(eq(creditAccounts.subject, subject))
  return row ?? null
}

export async function findAccountById(db: Db, id: string): Promise<AccountRow | null> {
  const [row] = await db.select().from(creditAccounts).where(eq(creditAccounts.id, id))
  return row ?? null
}

export async function insertAccount(
  db: Db,
  row: Pick<AccountRow, 'id' | 'subject' | 'tier' | 'createdAt'>,
): Promise<void> {
  await db
    .insert(creditAccounts)
    .values({ ...row, status: 'open' })
    .onConflictDoNothing({ target: creditAccounts.subject })
}

export async function updateAccount(
  db: Db,
  id: string,
  set: Partial<Pick<AccountRow, 'tier' | 'status' | 'monthlyCap'>>,
): Promise<void> {
  await db.update(creditAccounts).set(set).where(eq(creditAccounts.id, id))
}

export async function insertChange(db: Db, row: typeof accountChanges.$inferInsert): Promise<void> {
  await db.insert(accountChanges).values(row)
}

/** A text as `like` takes it literally. */
const literal = (text: string): string => text.replace(/[\\%_]/g, '\\$&')

export function searchAccounts(
  db: Db,
  { query, before, limit }: { query: string | null; before: bigint | null; limit: number },
): Promise<AccountRow[]> {
  const part = query === null ? null : `%${literal(query)}%`
  return db
    .select()
    .from(creditAccounts)
    .where(
      and(
        part === null ? undefined : or(ilike(creditAccounts.subject, part), ilike(creditAccounts.id, part)),
        before === null ? undefined : lt(creditAccounts.number, before),
      ),
    )
    .orderBy(desc(creditAccounts.number))
    .limit(limit)
}

export const findHolds = (db: Db, ids: readonly string[]): Promise<HoldRow[]> =>
  db
    .select()
    .from(creditHolds)
    .where(inArray(creditHolds.id, [...ids]))

/** How many requests of an account hold something now. */
export const countOpenHolds = (db: Db, accountId: string): Promise<number> =>
  db.$count(creditHolds, and(eq(creditHolds.accountId, accountId), eq(creditHolds.state, 'held')))

/** Open holds whose time is over, by their end, after one of them. */
export const listExpiredHolds = (
  db: Db,
  { now, after, limit }: { now: Date; after: Pick<HoldRow, 'expiresAt' | 'id'> | null; limit: number },
): Promise<HoldRow[]> => {
  const later =
    after && sql`(${creditHolds.expiresAt}, ${creditHolds.id}) > (${after.expiresAt.toISOString()}, ${after.id})`
  return db
    .select()
    .from(creditHolds)
    .where(
      and(eq(creditHolds.state, 'held'), sql`${creditHolds.expiresAt} <= ${now.toISOString()}`, later ?? undefined),
    )
    .orderBy(asc(creditHolds.expiresAt), asc(creditHolds.id))
    .limit(limit)
}

export async function findTransfer(db: Db, id: string): Promise<TransferRow | null> {
  const [row] = await db.select().from(ledgerTransfers).where(eq(ledgerTransfers.id, id))
  return row ?? null
}

/** The line of usage that a refund gives back of; null: usage of a month as a whole. */
export const refundedLine = sql`'usage:' || refunded_hold(id, facts)`

/** What was given back of one line of usage. */
export async function sumRefunds(db: Db, accountId: string, transferId: string): Promise<bigint> {
  const [row] = await db
    .select({ refunded: sql<string>`coalesce(sum(${ledgerTransfers.amount}), 0)` })
    .from(ledgerTransfers)
    .where(
      and(
        eq(ledgerTransfers.accountId, accountId),
        eq(ledgerTransfers.kind, 'refund'),
        sql`${refundedLine} = ${transferId}`,
      ),
    )
  return BigInt(row?.refunded ?? 0)
}

export const listMonths = (db: Db, accountIds: readonly string[], periods: readonly number[]): Promise<MonthRow[]> =>
  db
    .select()
    .from(creditMonths)
    .where(and(inArray(creditMonths.accountId, [...accountIds]), inArray(creditMonths.period, [...periods])))

export const listOpenGrants = (db: Db, accountIds: readonly string[]): Promise<GrantRow[]> =>
  db
    .select()
    .from(creditGrants)
    .where(and(inArray(creditGrants.accountId, [...accountIds]), gt(creditGrants.remaining, 0n)))

/** Those whose time is over and that have something left, by their ids from behind one on. */
export const listEndedGrants = (
  db: Db,
  now: Date,
  { after, limit }: { after: string; limit: number },
): Promise<GrantRow[]> =>
  db
    .select()
    .from(creditGrants)
    .where(
      and(
        gt(creditGrants.remaining, 0n),
        sql`${creditGrants.expiresAt} <= ${now.toISOString()}`,
        gt(creditGrants.id, after),
      ),
    )
    .orderBy(asc(creditGrants.id))
    .limit(limit)

export async function findGrant(db: Db, id: string): Promise<GrantRow | null> {
  const [row] = await db.select().from(creditGrants).where(eq(creditGrants.id, id))
  return row ?? null
}

export async function insertGrant(db: Db, row: typeof creditGrants.$inferInsert): Promise<void> {
  await db.insert(creditGrants).values(row)
}

/** A place in an account's history: everything after it is older. */
export interface HistoryCursor {
  readonly at: Date
  readonly id: string
}

export function listTransfers(
  db: Db,
  accountId: string,
  { after, limit, kinds }: { after: HistoryCursor | null; limit: number; kinds: readonly TransferRow['kind'][] | null },
): Promise<TransferRow[]> {
  const older =
    after && sql`(${ledgerTransfers.createdAt}, ${ledgerTransfers.id}) < (${after.at.toISOString()}, ${after.id})`
  return db
    .select()
    .from(ledgerTransfers)
    .where(
      and(
        eq(ledgerTransfers.accountId, accountId),
        older ?? undefined,
        kinds === null ? undefined : inArray(ledgerTransfers.kind, [...kinds]),
      ),
    )
    .orderBy(sql`${ledgerTransfers.createdAt} desc, ${ledgerTransfers.id} desc`)
    .limit(limit)
}

interface UsageSum extends Record<string, unknown> {
  provider: string | null
  model: string | null
  requests: string
  input_tokens: string
  output_tokens: string
  cost: string
}

/**
 * Usage by provider and model, the dearest first: what was paid for, less what was given back of it, and what cost
 * nothing, of which only metering knows. What we counted ourselves gives way to what the model told later. A request
 * counts at the time at which its hold was placed, as for the cap.
 * Counts are decimal texts: sums may exceed 2^53.
 */
export async function sumUsage(
  db: Db,
  { accountId, deploymentId, from, to }: { accountId: string; deploymentId: string; from: Date; to: Date },
): Promise<UsageSum[]> {
  const within = (time: SQL): SQL => sql`${time} >= ${from.toISOString()} and ${time} < ${to.toISOString()}`
  const sums = await db.execute<UsageSum>(sql`
    with given_back as (
      select ${refundedLine} as line, sum(amount) as amount from ledger_transfers
      where account_id = ${accountId} and kind = 'refund' group by 1
    ), paid as (
      select usage.facts->>'provider' as provider, usage.facts->>'model' as model,
        coalesce(told.input_tokens, event.input_tokens, counted.input_tokens, 0) as input_tokens,
        coalesce(told.output_tokens, event.output_tokens, counted.output_tokens, 0) as output_tokens,
        usage.amount - coalesce(given_back.amount, 0) as cost
      from credit_holds as hold join ledger_transfers as usage on usage.id = 'usage:' || hold.id
        cross join lateral (
          select (usage.facts->>'inputTokens')::numeric, (usage.facts->>'outputTokens')::numeric
        ) as counted (input_tokens, output_tokens)
        left join lateral (select counted.*) as told on usage.facts->>'usageSource' = 'provider'
        left join given_back on given_back.line = usage.id
        left join event_identities as known on known.id = hold.id
        left join events as event on (event.deployment_id, event.vault_id, event.period, event.ordinal)
          = (known.deployment_id, known.vault_id, known.period, known.ordinal)
      where hold.account_id = ${accountId} and hold.state = 'posted' and ${within(sql`hold.created_at`)}
    ), free as (
      select provider, model, coalesce(input_tokens, 0), coalesce(output_tokens, 0), 0 from events
      where deployment_id = ${deploymentId} and status = 'success' and ${within(sql`started_at`)}
        and vault_id = (select -number from credit_accounts where id = ${accountId})
        and not exists (select from ledger_transfers where id = 'usage:' || events.id)
    )
    select provider, model, count(*)::text as requests, sum(input_tokens)::text as input_tokens,
      sum(output_tokens)::text as output_tokens, sum(cost)::text as cost
    from (select * from paid union all select * from free) as used
    group by 1, 2 order by sum(cost) desc, 1, 2`)
  return sums.rows
}
