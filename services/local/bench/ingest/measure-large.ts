import type pg from 'pg'
import { rebuildRollups } from '#services/metering/index.ts'
import { nextPeriod, periodOf, periodStart } from '#lib/period/period.ts'
import type { BenchDatabase } from './bench-database.ts'

export interface LargeResult {
  readonly events: number
  readonly insertSeconds: number
  /** Adding all of them up into rollups. */
  readonly rebuildSeconds: number
  readonly hourlyRows: number
  readonly queries: readonly Query[]
}

interface Query {
  readonly name: string
  readonly p50Ms: number
  readonly p99Ms: number
}

const EVENTS = 5_000_000
const AT_ONCE = 250_000

/** Five million calls of 200 keys in one month, written past ingest, then added up as a rebuild does. */
export async function measureLarge(database: BenchDatabase, onProgress: (doing: string) => void): Promise<LargeResult> {
  const { ctx, pool, keys } = database
  const client = await pool.connect()
  try {
    await client.query('set statement_timeout = 0')
    await client.query(
      'truncate events, event_identities, meters, meter_periods, usage_series, usage_hourly, usage_daily',
    )
    const insertSeconds = await seconds(() => insertCalls(client, database, onProgress))
    onProgress('adding them up')
    const rebuildSeconds = await seconds(() => rebuildRollups(ctx))
    await client.query('analyze')
    onProgress('asking the rollups')
    const queries = [
      await ask(client, 'one key, by day and model', 400, BY_DAY('and key_hash = $1'), () => [anyKey(keys)]),
      await ask(client, 'one key, by hour and model', 400, BY_HOUR, () => [anyKey(keys)]),
      await ask(client, 'all keys, by day and model', 20, BY_DAY(''), () => []),
      await ask(client, 'last 50 calls of a key', 400, LAST_CALLS, () => [ctx.deploymentId, anyVault(keys)]),
    ]
    const { rows } = await client.query<{ count: string }>('select count(*) from usage_hourly')
    return { events: EVENTS, insertSeconds, rebuildSeconds, hourlyRows: Number(rows[0]?.count), queries }
  } finally {
    client.release(true)
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1_000
}

const anyKey = (keys: BenchDatabase['keys']): string => keys[Math.floor(Math.random() * keys.length)]?.keyHash ?? ''
const anyVault = (keys: BenchDatabase['keys']): number => keys[Math.floor(Math.random() * keys.length)]?.vaultId ?? 0

const SUMS = 'sum(requests), sum(input_tokens), sum(output_tokens), sum(billable_tokens), sum(litellm_cost)'
const FROM_DAYS = 'from usage_daily join usage_series on usage_series.id = series_id'
const BY_DAY = (of: string): string =>
  `select key_hash, day, model, ${SUMS} ${FROM_DAYS} where true ${of} group by 1, 2, 3`
const BY_HOUR = `select hour, model, ${SUMS} from usage_hourly join usage_series on usage_series.id = series_id
  where key_hash = $1 group by 1, 2`
const LAST_CALLS = `select id, model, started_at, billable_tokens from events
  where deployment_id = $1 and vault_id = $2 order by started_at desc limit 50`

async function ask(
  client: pg.PoolClient,
  name: string,
  times: number,
  text: string,
  values: () => unknown[],
): Promise<Query> {
  const taken: number[] = []
  for (let i = 0; i < times; i += 1) {
    const began = performance.now()
    await client.query(text, values())
    taken.push(performance.now() - began)
  }
  taken.sort((a, b) => a - b)
  const at = (share: number): number => taken[Math.min(taken.length - 1, Math.floor(taken.length * share))] ?? 0
  return { name, p50Ms: at(0.5), p99Ms: at(0.99) }
}

/** Call n is of key n modulo their number; a key's calls are spread over the month in order. */
const INSERT = `
  insert into events (id, deployment_id, vault_id, account, wallet, key_hash, period, ordinal, call_id,
    started_at, ended_at,
    model, served_model, provider, input_tokens, output_tokens, cached_tokens, reasoning_tokens, billable_tokens,
    litellm_cost_usd, litellm_cost, status, cache_hit, stream, latency_ms, road, end_user, conversation,
    feature, trace_id,
    tags, received_at)
  select md5(n::text) || '.' || md5('mac' || n), $1, vault, 'vault:' || vault, '0x01cf0e2f2f715450', hash, $2,
    n / $6, 'call-' || md5('call' || n), at, at + interval '1 second', model, 'openai/' || model, 'openai',
    n % 4000, n % 800, 0, 0, n % 4000 + n % 800, '2.25e-05', 22500000, 'success', false, true, 1000, 'plugin',
    'user-' || n / 601 % 5, 'conversation-' || n % 1000, 'search', md5(n::text), '[]'::jsonb, at
  from generate_series($7::bigint, $8::bigint - 1) as n,
    lateral (select ($4::bigint[])[n % $6 + 1] as vault, ($5::text[])[n % $6 + 1] as hash,
      $3::timestamptz + n * (interval '28 days' / ${EVENTS}) as at,
      (array['gpt-4o', 'claude-3-5-sonnet', 'llama-3-70b'])[n / 200 % 3 + 1] as model) as call`

async function insertCalls(
  client: pg.PoolClient,
  { ctx: { deploymentId }, keys }: BenchDatabase,
  onProgress: (doing: string) => void,
): Promise<void> {
  const period = periodOf(new Date())
  await client.query('select ensure_event_partition($1)', [period])
  await client.query('select ensure_event_partition($1)', [nextPeriod(period)])
  const fixed = [deploymentId, period, periodStart(period).toISOString(), keys.map(({ vaultId }) => vaultId)]
  const hashes = keys.map(({ keyHash }) => keyHash)
  for (let start = 0; start < EVENTS; start += AT_ONCE) {
    onProgress(`${start / 1_000_000} of ${EVENTS / 1_000_000} million calls`)
    await client.query(INSERT, [...fixed, hashes, keys.length, start, start + AT_ONCE])
  }
  await client.query(
    `insert into meter_periods (deployment_id, vault_id, period, event_count, frontier, root, tokens)
     select deployment_id, vault_id, period, count(*), '{"size": 0, "peaks": []}', '', sum(billable_tokens)
     from events group by 1, 2, 3`,
  )
}
