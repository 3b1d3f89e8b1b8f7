import { and, eq, isNotNull, ne, sql } from 'drizzle-orm'
import type { Db } from '#services/platform/db/client.ts'
import { apiKeys, usageSeries } from '#services/platform/db/schema/index.ts'

/** Vaults that have a key. */
export async function listVaultsWithKeys(db: Db, deploymentId: string): Promise<bigint[]> {
  const rows = await db
    .selectDistinct({ vaultId: apiKeys.vaultId })
    .from(apiKeys)
    .where(and(eq(apiKeys.deploymentId, deploymentId), isNotNull(apiKeys.keyHash), ne(apiKeys.status, 'deleted')))
    .orderBy(apiKeys.vaultId)
  return rows.map(({ vaultId }) => vaultId)
}

/** Vaults whose keys a Flow address has made. */
export async function listVaultsOfWallet(db: Db, deploymentId: string, wallet: string): Promise<bigint[]> {
  const rows = await db
    .selectDistinct({ vaultId: apiKeys.vaultId })
    .from(apiKeys)
    .where(and(eq(apiKeys.deploymentId, deploymentId), eq(apiKeys.createdBy, wallet)))
  return rows.map(({ vaultId }) => vaultId)
}

/** Vaults with calls that bear this end user's label. */
export async function listVaultsOfEndUser(db: Db, deploymentId: string, endUser: string): Promise<bigint[]> {
  const rows = await db
    .selectDistinct({ account: usageSeries.account })
    .from(usageSeries)
    .where(
      and(eq(usageSeries.deploymentId, deploymentId), eq(usageSeries.endUser, endUser), ne(usageSeries.endUser, '')),
    )
  return rows.flatMap(({ account }) => (account.startsWith('vault:') ? [BigInt(account.slice('vault:'.length))] : []))
}

export interface UsageScope {
  readonly deploymentId: string
  readonly vaultIds: readonly bigint[]
  /** Only calls with this label; null: all. */
  readonly endUser: string | null
  readonly from: Date
}

interface ModelSum {
  readonly model: string
  readonly tokens: bigint
  readonly calls: bigint
  /** 1e-12 USD. */
  readonly cost: bigint
}

const HOUR_MS = 3_600_000
/** LiteLLM's float as text; what is no cost adds nothing. */
const IS_COST = "litellm_cost_usd ~ '^[0-9]{1,6}([.][0-9]+)?([eE][-+]?[0-9]{1,2})?$'"
const COST = sql.raw(`case when status = 'success' and not cache_hit and ${IS_COST}
  then round(litellm_cost_usd::numeric * 1000000000000) else 0 end`)

/** Sums by model from an instant on: whole hours from the rollups, the begun hour before them call by call. */
export async function sumByModel(db: Db, { deploymentId, vaultIds, endUser, from }: UsageScope): Promise<ModelSum[]> {
  const accounts = sql.param(vaultIds.map((id) => `vault:${id}`))
  const ids = sql.param(vaultIds.map(String))
  const fullHour = new Date(Math.ceil(from.getTime() / HOUR_MS) * HOUR_MS).toISOString()
  const label = endUser === null ? sql`` : sql`and end_user = ${endUser}`
  const { rows } = await db.execute<{ model: string; tokens: string; calls: string; cost: string }>(sql`
    select model, sum(tokens)::bigint as tokens, sum(calls)::bigint as calls, sum(cost)::bigint as cost from (
      select series.model, hours.billable_tokens as tokens, hours.requests as calls, hours.litellm_cost as cost
      from usage_series series join usage_hourly hours on hours.series_id = series.id
      where series.deployment_id = ${deploymentId} and series.account = any(${accounts}::text[]) ${label}
        and hours.hour >= ${fullHour}
      union all
      select model, billable_tokens, 1, ${COST}
      from events
      where deployment_id = ${deploymentId} and vault_id = any(${ids}::bigint[]) ${label}
        and started_at >= ${from.toISOString()} and started_at < ${fullHour}
    ) as used
    group by model order by tokens desc, model`)
  return rows.map(({ model, tokens, calls, cost }) => ({
    model,
    tokens: BigInt(tokens),
    calls: BigInt(calls),
    cost: BigInt(cost),
  }))
}
