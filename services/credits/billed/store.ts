import { and, between, gt, inArray, type SQL, sql } from 'drizzle-orm'
import { nextPeriod, type Period, periodOf, periodStart } from '#lib/period/period.ts'
import type { TimeSlot } from '#lib/rating/time-slots.ts'
import type { Db } from '#services/platform/db/client.ts'
import { type Column, rowsOf } from '#services/platform/db/rows-of.ts'
import { creditMonths, creditTaken } from '#services/platform/db/schema/index.ts'
import type { UsageBucket, UsageGroup } from '#services/rating/index.ts'
import { refundedLine } from '../store.ts'

export interface BilledQuery {
  /** Null: every account. */
  readonly accountIds: readonly string[] | null
  /** Whole UTC days; `to` is not in it. */
  readonly from: Date
  readonly to: Date
  readonly by: UsageGroup
  readonly every: UsageBucket
  /** More rows than this are refused. */
  readonly limit: number
}

const labelled = (name: string): SQL => sql`facts->'labels'->>${sql.raw(`'${name}'`)}`
/** Null: the request is in no group. */
const GROUPS: Readonly<Record<UsageGroup, SQL>> = {
  everything: sql`''`,
  account: sql`'credits:' || account_id`,
  agent: labelled('agent'),
  conversation: labelled('conversation'),
  feature: sql`coalesce(${labelled('feature')}, '')`,
  key: sql`coalesce(facts->>'keyId', '')`,
  model: sql`coalesce(lower(facts->>'model' collate "C"), '')`,
  organisation: sql`coalesce(${labelled('organization')}, '')`,
  team: labelled('team'),
  user: sql`coalesce(${labelled('end_user')}, '')`,
}

const instant = (date: Date): SQL => sql`${date.toISOString()}::timestamptz`

export interface PostSum {
  readonly accountId: string
  readonly period: Period
  /** From 1; 0: of the same months, but in no slot or no group. */
  readonly slot: number
  readonly group: string
  readonly amount: bigint
}

/** What was given back of single requests since an instant. */
const givenBack = (since: Date, chosen: SQL): SQL => sql`
  select ${refundedLine} as line, sum(amount) as amount
  from ledger_transfers
  where kind = 'refund' and debit = 'revenue' and ${refundedLine} is not null
    and created_at >= ${instant(since)} ${chosen}
  group by 1`

interface SumRow extends Record<string, unknown> {
  account_id: string
  period: number
  slot: number
  grp: string
  amount: string
}

/**
 * What requests took, of every month that the span touches, less what was given back of each. A request counts at the
 * time at which its hold was placed, which also decides its month.
 */
export async function sumPosts(
  db: Db,
  { accountIds, from, to, by, limit }: BilledQuery,
  slots: readonly TimeSlot[],
): Promise<PostSum[]> {
  const begin = periodStart(periodOf(from))
  const end = periodStart(nextPeriod(periodOf(new Date(to.getTime() - 1))))
  const chosen = accountIds ? sql`and account_id = any(${sql.param([...accountIds])}::text[])` : sql``
  const starts = sql`${sql.param(slots.map(({ start }) => start.toISOString()))}::timestamptz[]`
  const { rows } = await db.execute<SumRow>(sql`
    with given_back as (${givenBack(begin, chosen)}), posts as (
      select account_id, period, created_at, ${GROUPS[by]} as grp, posted - coalesce(given_back.amount, 0) as amount
      from credit_holds left join given_back on line = 'usage:' || id
      where state = 'posted' and posted > 0 and ended_at >= ${instant(begin)}
        and created_at >= ${instant(begin)} and created_at < ${instant(end)} ${chosen}
    ), placed as (
      select account_id, period, amount, grp, case
        when grp is not null and created_at >= ${instant(from)} and created_at < ${instant(to)}
        then width_bucket(created_at, ${starts}) else 0 end as slot
      from posts
    )
    select account_id, period, slot, case when slot = 0 then '' else grp end as grp, sum(amount)::text as amount
    from placed group by 1, 2, 3, 4 limit ${limit + 1}`)
  return rows.map(({ account_id: accountId, period, slot, grp: group, amount }) => {
    return { accountId, period, slot, group, amount: BigInt(amount) }
  })
}

/** Paid requests to be added up: of a key by its id, or with a label. */
interface WantedTaken {
  readonly id: string
  readonly value: string
  /** First UTC day, and the first one after the last; null: without an end. */
  readonly from: string | null
  readonly to: string | null
}

export interface TakenQuery {
  /** Null: of all accounts. */
  readonly accountId: string | null
  readonly scope: 'key' | 'end_user' | 'organization'
  readonly wanted: readonly WantedTaken[]
}

export interface TakenSum {
  readonly id: string
  readonly tokens: bigint
  readonly requests: bigint
  /** 1e-8 USD, less what was given back of these requests. */
  readonly usd: bigint
}

const wantedColumns: readonly Column<WantedTaken>[] = [
  ['wanted_id', 'text', ({ id }) => id],
  ['value', 'text', ({ value }) => value],
  ['from_day', 'date', ({ from }) => from],
  ['to_day', 'date', ({ to }) => to],
]
export async function sumTakenBy(db: Db, { accountId, scope, wanted }: TakenQuery): Promise<TakenSum[]> {
  if (wanted.length === 0) return []
  const chosen = accountId === null ? sql`` : sql`and account_id = ${accountId}`
  const { rows } = await db.execute<{ id: string; tokens: string; requests: string; usd: string }>(sql`
    select wanted_id as id, sum(tokens)::text as tokens, sum(requests)::text as requests, sum(amount)::text as usd
    from ${rowsOf(wanted, wantedColumns)}
    join ${creditTaken} on scope = ${scope} and credit_taken.value = given.value ${chosen}
      and (from_day is null or day >= from_day) and (to_day is null or day < to_day)
    group by 1`)
  return rows.map(({ id, tokens, requests, usd }) => {
    return { id, tokens: BigInt(tokens), requests: BigInt(requests), usd: BigInt(usd) }
  })
}

/** What the usage of months came to, where it came to anything. */
export const listSpent = (
  db: Db,
  accountIds: readonly string[] | null,
  { first, last }: { first: Period; last: Period },
): Promise<{ accountId: string; period: Period; spent: bigint }[]> =>
  db
    .select({ accountId: creditMonths.accountId, period: creditMonths.period, spent: creditMonths.spent })
    .from(creditMonths)
    .where(
      and(
        between(creditMonths.period, first, last),
        gt(creditMonths.spent, 0n),
        accountIds ? inArray(creditMonths.accountId, [...accountIds]) : undefined,
      ),
    )
