import { and, between, gt, inArray, type SQL, sql } from 'drizzle-orm'
import { nextPeriod, type Period, periodOf, periodStart } from '#lib/period/period.ts'
import type { TimeSlot } from '#lib/rating/time-slots.ts'
import type { Db } from '#services/platform/db/client.ts'
import { creditMonths } from '#services/platform/db/schema/index.ts'
import type { UsageBucket, UsageGroup } from '#services/rating/index.ts'

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
  key: sql`coalesce(facts->>'keyHash', '')`,
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
    with given_back as (
      select coalesce(facts->>'refunds', regexp_replace(id, '^correction:', 'usage:')) as line, sum(amount) as amount
      from ledger_transfers
      where kind = 'refund' and debit = 'revenue' and (id like 'correction:%' or facts ? 'refunds')
        and created_at >= ${instant(begin)} ${chosen}
      group by 1
    ), posts as (
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
