import { flow, type Flow, usd, type Usd } from '#lib/money/units.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { isFinalReason } from './hold-period.ts'
import { listLastReadings, type ReadingRow, unsettledTokens } from './store.ts'

export interface LastReading {
  readonly sequence: bigint
  readonly period: number
  readonly status: ReadingRow['status']
  /** It failed and is not tried again: what it says is listed, and not billed. */
  readonly refusedForGood: boolean
  readonly txId: string | null
  /** What it charged; null until it is sealed. */
  readonly usd: Usd | null
  readonly flow: Flow | null
  /** When it was last heard of. */
  readonly at: Date
  readonly error: string | null
}

export interface VaultSettlement {
  readonly lastReading: LastReading | null
  /** Billable tokens that no sealed reading carries yet, of all periods that can still settle. */
  readonly unsettledTokens: bigint
}

/** How each vault's usage stands on chain. The caller has checked that the actor is a party of each vault. */
export async function getSettlements(
  ctx: ServiceContext,
  vaultIds: readonly bigint[],
): Promise<Map<bigint, VaultSettlement>> {
  if (vaultIds.length === 0) return new Map()
  const [readings, unsettled] = await Promise.all([
    listLastReadings(ctx.db, ctx.deploymentId, vaultIds),
    unsettledTokens(ctx.db, ctx.deploymentId, vaultIds),
  ])
  const byVault = new Map(readings.map((row) => [row.vaultId, toLastReading(row)]))
  return new Map(
    vaultIds.map((vaultId) => [
      vaultId,
      { lastReading: byVault.get(vaultId) ?? null, unsettledTokens: unsettled.get(vaultId) ?? 0n },
    ]),
  )
}

function toLastReading(row: ReadingRow): LastReading {
  const { sequence, period, status, txId, error } = row
  const at = row.finishedAt ?? row.submittedAt ?? row.createdAt
  return {
    sequence,
    period,
    status,
    refusedForGood: status === 'failed' && error !== null && isFinalReason(error),
    txId,
    error,
    at,
    usd: row.dueUsd === null ? null : usd(row.dueUsd),
    flow: row.flow === null ? null : flow(row.flow),
  }
}
