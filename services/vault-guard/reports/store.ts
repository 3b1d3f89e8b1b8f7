import { and, eq, gt, gte, inArray, sql } from 'drizzle-orm'
import type { VaultReport } from '#lib/flow/vault-report.ts'
import type { UsdPerFlow } from '#lib/money/units.ts'
import type { Period } from '#lib/period/period.ts'
import type { Db } from '#services/platform/db/client.ts'
import { arraysOf, type Column, namesOf, rowsFrom } from '#services/platform/db/rows-of.ts'
import { chainTerms, meterPeriods, vaultReports } from '#services/platform/db/schema/index.ts'
import { run, type Statement } from '#services/platform/db/statement.ts'

/** Billable tokens by period that have settled, by vault. */
export type SettledTokens = ReadonlyMap<bigint, Readonly<Record<string, string>>>

/** What is known here to have settled, from a period on. */
export async function listSettledTokens(
  db: Db,
  deploymentId: string,
  vaultIds: readonly bigint[],
  from: Period,
): Promise<SettledTokens> {
  const rows = await db
    .select({ vaultId: meterPeriods.vaultId, period: meterPeriods.period, tokens: meterPeriods.settledTokens })
    .from(meterPeriods)
    .where(
      and(
        eq(meterPeriods.deploymentId, deploymentId),
        inArray(meterPeriods.vaultId, [...vaultIds]),
        gte(meterPeriods.period, from),
        gt(meterPeriods.settledTokens, 0n),
      ),
    )
  const settled = new Map<bigint, Record<string, string>>()
  for (const { vaultId, period, tokens } of rows) {
    settled.set(vaultId, { ...settled.get(vaultId), [period]: tokens.toString() })
  }
  return settled
}

/** When and at which height, or a later one, the chain said something. */
export interface ReadingOfChain {
  readonly height: number
  readonly readAt: Date
}

interface SavedReport extends ReadingOfChain {
  readonly vault: VaultReport
  readonly settled: Readonly<Record<string, string>>
}

/** The most that a column holds. Owner and admin may set what the chain takes, twice as much; no FLOW comes near it. */
const MOST = 2n ** 63n - 1n
const saved = <T extends bigint | null>(amount: T): bigint | T => (amount !== null && amount > MOST ? MOST : amount)

const columns: readonly Column<SavedReport>[] = [
  ['vault_id', 'bigint', ({ vault }) => vault.id],
  ['owner', 'text', ({ vault }) => vault.owner],
  ['status', 'text', ({ vault }) => vault.status],
  ['balance', 'bigint', ({ vault }) => saved(vault.balance)],
  ['accrued', 'bigint', ({ vault }) => saved(vault.accrued)],
  ['uncovered', 'bigint', ({ vault }) => saved(vault.uncovered)],
  ['credit_usd', 'bigint', ({ vault }) => saved(vault.creditUsd)],
  ['period', 'integer', ({ vault }) => vault.period],
  ['charged_usd', 'bigint', ({ vault }) => saved(vault.chargedUsd)],
  ['cap_usd', 'bigint', ({ vault }) => saved(vault.capUsd)],
  ['pending_cap_usd', 'bigint', ({ vault }) => saved(vault.pendingCap?.limit ?? null)],
  ['return_asked', 'boolean', ({ vault }) => vault.pendingReturn !== null],
  ['return_amount', 'bigint', ({ vault }) => saved(vault.pendingReturn?.amount ?? null)],
  ['expires_at', 'timestamptz', ({ vault }) => vault.expiresAt?.toISOString() ?? null],
  ['paused_from', 'timestamptz', ({ vault }) => vault.pausedFrom?.toISOString() ?? null],
  ['settled', 'jsonb', ({ settled }) => JSON.stringify(settled)],
  ['height', 'bigint', ({ height }) => height],
  ['read_at', 'timestamptz', ({ readAt }) => readAt.toISOString()],
]

const saveAll: Statement = {
  name: 'vault_guard.save_reports',
  text: `
    insert into vault_reports as known (deployment_id, ${namesOf(columns)})
    select $1, * from ${rowsFrom(columns, 2)}
    on conflict (deployment_id, vault_id) do update
    set ${columns.map(([name]) => `${name} = excluded.${name}`).join(', ')}
    where known.height <= excluded.height`,
}

/** Writes down what the chain said of vaults, but where a later height has been told already. */
export async function saveReports(
  db: Db,
  deploymentId: string,
  vaults: readonly VaultReport[],
  { settled, ...reading }: ReadingOfChain & { readonly settled: SettledTokens },
): Promise<void> {
  // Everybody takes the rows in the same order, so that none waits in a circle.
  const inOrder = vaults.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const rows = inOrder.map((vault) => ({ vault, settled: settled.get(vault.id) ?? {}, ...reading }))
  await run(db, saveAll, [deploymentId, ...arraysOf(rows, columns)])
}

/** Forgets what the chain said of vaults: what is written down counts as followed, and of these nothing is known. */
export async function forgetReports(db: Db, deploymentId: string, vaultIds: readonly bigint[]): Promise<void> {
  if (vaultIds.length === 0) return
  const inOrder = db
    .select({ vaultId: vaultReports.vaultId })
    .from(vaultReports)
    .where(and(eq(vaultReports.deploymentId, deploymentId), inArray(vaultReports.vaultId, [...vaultIds])))
    .orderBy(vaultReports.vaultId)
    .for('update')
  await db
    .delete(vaultReports)
    .where(and(eq(vaultReports.deploymentId, deploymentId), inArray(vaultReports.vaultId, inOrder)))
}

export interface SavedTerms {
  readonly usdPerFlow: UsdPerFlow | null
  readonly settleDelayMs: number
  readonly readAt: Date
  /** The chain's events were followed until then; absent: whoever read the terms follows none. */
  readonly followedAt?: Date
}

/** Writes down the chain's terms, but for those that were read before the known ones. */
export async function saveTerms(db: Db, deploymentId: string, terms: SavedTerms): Promise<void> {
  await db
    .insert(chainTerms)
    .values({ deploymentId, ...terms })
    .onConflictDoUpdate({
      target: chainTerms.deploymentId,
      set: {
        usdPerFlow: sql`case when excluded.read_at >= ${chainTerms.readAt} then excluded.usd_per_flow
          else ${chainTerms.usdPerFlow} end`,
        settleDelayMs: sql`excluded.settle_delay_ms`,
        readAt: sql`greatest(${chainTerms.readAt}, excluded.read_at)`,
        followedAt: sql`greatest(${chainTerms.followedAt}, excluded.followed_at)`,
      },
    })
}
