import { sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'

const COLUMNS = 'deployment_id, account, key_hash, account_key, end_user, organization, feature, model, provider, at'
const MEASURES =
  'requests, failures, cache_hits, input_tokens, output_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, ' +
  'billable_tokens, litellm_cost, cost_unknown, cost_zero'

/** Sums of the raw events by what the rollups are by, written down without looking at how the product does it. */
const rawSums = (unit: 'hour' | 'day') => `
  select deployment_id, account, key_hash, coalesce(account_key, '') as account_key, coalesce(end_user, '') as end_user,
    coalesce(organization, '') as organization, coalesce(feature, '') as feature, model,
    coalesce(provider, '') as provider,
    date_trunc('${unit}', started_at at time zone 'UTC') as at, count(*) as requests,
    sum((status = 'failure')::int) as failures, sum((status <> 'failure' and cache_hit)::int) as cache_hits,
    sum(paid * coalesce(input_tokens, 0)) as input_tokens, sum(paid * coalesce(output_tokens, 0)) as output_tokens,
    sum(paid * coalesce(cached_tokens, 0)) as cached_tokens,
    sum(paid * coalesce(cache_write_tokens, 0)) as cache_write_tokens,
    sum(paid * coalesce(reasoning_tokens, 0)) as reasoning_tokens, sum(billable_tokens) as billable_tokens,
    sum(paid * coalesce(litellm_cost, 0)) as litellm_cost, sum(paid * (litellm_cost is null)::int) as cost_unknown,
    sum(paid * (litellm_cost is not distinct from 0 and billable_tokens > 0)::int) as cost_zero
  from (select *, (status = 'success' and not cache_hit)::int as paid from events) as call
  group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10`

const rolledSums = (table: string, time: string) =>
  `select ${COLUMNS.replace(' at', ` ${time} as at`)}, ${MEASURES} from ${table} join usage_series on id = series_id`

const differences = (one: string, other: string) =>
  `(select ${COLUMNS}, ${MEASURES} from (${one}) as a except all select ${COLUMNS}, ${MEASURES} from (${other}) as b)`

/** Every row by which the hourly or daily rollups differ from the sums of the events, and meters from theirs. */
export async function wrongSums(db: Db): Promise<unknown[]> {
  const hourly = rolledSums('usage_hourly', "hour at time zone 'UTC'")
  const daily = rolledSums('usage_daily', 'day::timestamp')
  const meters = 'select deployment_id, vault_id, period, model, tokens, requests from meters'
  const rawMeters =
    'select deployment_id, vault_id, period, model, sum(billable_tokens), count(*) from events group by 1, 2, 3, 4'
  const { rows } = await db.execute(
    sql.raw(`
    select 'hourly' as of, to_jsonb(d) as row from (${differences(rawSums('hour'), hourly)}
      union all ${differences(hourly, rawSums('hour'))}) as d
    union all select 'daily', to_jsonb(d) from (${differences(rawSums('day'), daily)}
      union all ${differences(daily, rawSums('day'))}) as d
    union all select 'meters', to_jsonb(d) from ((${rawMeters} except all ${meters})
      union all (${meters} except all ${rawMeters})) as d`),
  )
  return rows
}

/** Periods whose places in the Merkle tree have gaps, or are not as many as their calls. */
export async function brokenTrees(db: Db): Promise<unknown[]> {
  const { rows } = await db.execute(sql`
    select p.vault_id, p.period from meter_periods as p
      left join event_identities as i using (deployment_id, vault_id, period)
    group by p.vault_id, p.period, p.event_count
    having count(i.id) <> p.event_count or max(i.ordinal) <> p.event_count - 1 or min(i.ordinal) <> 0`)
  return rows
}
