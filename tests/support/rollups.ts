import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { ServiceContext } from '#services/platform/context.ts'

/** Usage as ingest adds it up, for tests of what reads the rollups. */
export interface UsageRow {
  readonly account: string
  readonly at: string
  readonly tokens?: bigint
  readonly requests?: number
  readonly failures?: number
  readonly keyHash?: string
  readonly endUser?: string
  readonly organization?: string
  readonly model?: string
}

/** Adds usage of one series to its hour and day. */
export async function addUsage({ db, deploymentId }: ServiceContext, row: UsageRow): Promise<void> {
  const { account, at, tokens = 0n, requests = 1, failures = 0, model = 'gpt-4' } = row
  const { keyHash = '', endUser = '', organization = '' } = row
  const { rows } = await db.execute<{ id: string }>(sql`
    select id from usage_series where deployment_id = ${deploymentId} and account = ${account} and key_hash = ${keyHash}
      and end_user = ${endUser} and organization = ${organization} and model = ${model}`)
  const id = rows[0]?.id ?? randomUUID()
  await db.execute(sql`
    insert into usage_series (id, deployment_id, account, key_hash, end_user, organization, feature, model, provider)
    values (${id}, ${deploymentId}, ${account}, ${keyHash}, ${endUser}, ${organization}, '', ${model}, '')
    on conflict do nothing`)
  for (const [table, column, time] of [
    ['usage_hourly', 'hour', sql`date_trunc('hour', ${at}::timestamptz, 'UTC')`],
    ['usage_daily', 'day', sql`(${at}::timestamptz at time zone 'UTC')::date`],
  ] as const) {
    await db.execute(sql`
      insert into ${sql.raw(table)} (series_id, ${sql.raw(column)}, requests, failures, cache_hits, input_tokens,
        output_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, billable_tokens, litellm_cost)
      values (${id}, ${time}, ${requests}, ${failures}, 0, ${tokens.toString()}, 0, 0, 0, 0, ${tokens.toString()}, 0)
      on conflict (series_id, ${sql.raw(column)}) do update set
        requests = ${sql.raw(table)}.requests + excluded.requests,
        failures = ${sql.raw(table)}.failures + excluded.failures,
        billable_tokens = ${sql.raw(table)}.billable_tokens + excluded.billable_tokens`)
  }
}
