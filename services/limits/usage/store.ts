import { type SQL, sql } from 'drizzle-orm'
import type { LimitScope } from '#lib/limits/judge-limit.ts'
import type { Db } from '#services/platform/db/client.ts'
import { type Column, rowsOf } from '#services/platform/db/rows-of.ts'

/** A part of the usage to be added up. */
export interface WantedUsage {
  readonly id: string
  /** A key's hash, or a label. */
  readonly value: string
  /** First UTC day, and the first one after the last; null: without an end. */
  readonly from: string | null
  readonly to: string | null
}

/** A part's usage of a model in a billing period, or an account's. */
export interface UsageSum {
  readonly id: string
  readonly account: string
  /** YYYYMM */
  readonly period: number
  readonly model: string
  readonly tokens: bigint
  /** Requests that were answered. */
  readonly answered: bigint
}

interface SumRow extends Record<string, unknown> {
  id: string
  account: string
  period: number
  model: string
  tokens: string
  answered: string
}

const toSum = ({ tokens, answered, ...row }: SumRow): UsageSum => ({
  ...row,
  tokens: BigInt(tokens),
  answered: BigInt(answered),
})

const wantedColumns: readonly Column<WantedUsage>[] = [
  ['id', 'text', ({ id }) => id],
  ['value', 'text', ({ value }) => value],
  ['from_day', 'date', ({ from }) => from],
  ['to_day', 'date', ({ to }) => to],
]

const SERIES_COLUMN: Record<LimitScope, SQL> = {
  key: sql`key_hash`,
  end_user: sql`end_user`,
  organization: sql`organization`,
}

const sums = sql`account, (extract(year from day) * 100 + extract(month from day))::int as period, model,
  sum(billable_tokens)::text as tokens, sum(usage_daily.requests - failures)::text as answered`

/** Adds up parts of one scope by account, billing period and model; of one account, or of all. */
export async function sumUsage(
  db: Db,
  deploymentId: string,
  scope: LimitScope,
  wanted: readonly WantedUsage[],
  account: string | null,
): Promise<UsageSum[]> {
  if (wanted.length === 0) return []
  const inAccount = account === null ? sql`` : sql`and account = ${account}`
  const { rows } = await db.execute<SumRow>(sql`
    select given.id, ${sums}
    from ${rowsOf(wanted, wantedColumns)}
    join usage_series on deployment_id = ${deploymentId} and ${SERIES_COLUMN[scope]} = given.value ${inAccount}
    join usage_daily on series_id = usage_series.id
      and (from_day is null or day >= from_day) and (to_day is null or day < to_day)
    group by given.id, 2, 3, 4`)
  return rows.map(toSum)
}

export interface AccountPeriod {
  readonly account: string
  readonly period: number
}

const periodColumns: readonly Column<AccountPeriod>[] = [
  ['given_account', 'text', ({ account }) => account],
  ['given_period', 'integer', ({ period }) => period],
]

/** All usage of accounts in billing periods, by model; `id` is empty. */
export async function sumAccounts(db: Db, deploymentId: string, wanted: readonly AccountPeriod[]): Promise<UsageSum[]> {
  if (wanted.length === 0) return []
  const firstDay = sql`make_date(given_period / 100, given_period % 100, 1)`
  const { rows } = await db.execute<SumRow>(sql`
    select '' as id, ${sums}
    from ${rowsOf(wanted, periodColumns)}
    join usage_series on deployment_id = ${deploymentId} and account = given_account
    join usage_daily on series_id = usage_series.id and day >= ${firstDay} and day < ${firstDay} + interval '1 month'
    group by 2, 3, 4`)
  return rows.map(toSum)
}
