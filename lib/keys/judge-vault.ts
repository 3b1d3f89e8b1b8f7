import type { VaultReport } from '../flow/vault-report.ts'
import { type Flow, flow, type Usd, type UsdPerFlow, usd } from '../money/units.ts'
import type { Period } from '../period/period.ts'
import { flowToUsd } from '../pricing/price-usage.ts'
import type { Schedule } from '../pricing/schedule.ts'
import { worstPrice } from '../pricing/worst-price.ts'
import type { KeyBlockReason } from './key-blocks.ts'

/** The reasons that follow from a vault and its usage. */
export const vaultBlockReasons = [
  'transferred',
  'closed',
  'closing',
  'expired',
  'paused',
  'unfunded',
  'capped',
] as const satisfies readonly KeyBlockReason[]
export type VaultBlockReason = (typeof vaultBlockReasons)[number]

/** What of a vault decides whether its key may be used. */
export type VaultStanding = Pick<
  VaultReport,
  | 'owner'
  | 'status'
  | 'balance'
  | 'accrued'
  | 'uncovered'
  | 'creditUsd'
  | 'period'
  | 'chargedUsd'
  | 'capUsd'
  | 'expiresAt'
  | 'pausedFrom'
> & {
  readonly pendingCap: { readonly limit: Usd | null } | null
  readonly pendingReturn: { readonly amount: Flow | null } | null
}

/** What was used in a period that can still settle. */
export interface PeriodUsage {
  readonly period: Period
  readonly priceUsd: Usd
  /** The most that those of its tokens can cost that the chain has not settled. */
  readonly unsettledUsd: Usd
}

/** By the schedule of the period that the tokens were used in, which may be another than that of the open one. */
export const unsettledUsdOf = (schedule: Schedule, tokens: bigint, settledTokens: bigint): Usd =>
  worstPrice(schedule, tokens > settledTokens ? tokens - settledTokens : 0n)

export interface GuardTerms {
  readonly now: Date
  /** The period that is open now. */
  readonly period: Period
  /** Null: nothing can be priced in FLOW, so nothing is payable. */
  readonly usdPerFlow: UsdPerFlow | null
  /** What a key can use before a block reaches it, at the highest price. */
  readonly floorUsd: Usd
  /** The time that usage has to settle before something that tightens acts. */
  readonly settleDelayMs: number
}

/** Why the key of `maker` may not be used with the vault as it is; no reason: it may. */
export function judgeVault(
  vault: VaultStanding,
  maker: string,
  usage: readonly PeriodUsage[],
  terms: GuardTerms,
): VaultBlockReason[] {
  const { floorUsd } = terms
  const reasons = reasonsBesideFunds(vault, maker, terms)
  if (vault.status === 'closed') return reasons
  if (payableUsd(vault, usage, terms) < floorUsd) reasons.push('unfunded')
  const left = leftBelowCapUsd(vault, usage, terms)
  if (left !== null && left < floorUsd) reasons.push('capped')
  return reasons
}

/** Those reasons that hold whatever the vault can still pay. */
export function reasonsBesideFunds(
  vault: VaultStanding,
  maker: string,
  { now, settleDelayMs }: Pick<GuardTerms, 'now' | 'settleDelayMs'>,
): VaultBlockReason[] {
  const reasons = new Set<VaultBlockReason>()
  if (vault.owner !== maker) reasons.add('transferred')
  if (vault.status === 'closed') return [...reasons.add('closed')]
  // From the request on: what is asked for acts later, and what is used until then must not be taken back.
  if (vault.pendingReturn && vault.pendingReturn.amount === null) reasons.add('closing')
  if (vault.pausedFrom) reasons.add('paused')
  if (vault.expiresAt && now.getTime() >= vault.expiresAt.getTime() - settleDelayMs) reasons.add('expired')
  return [...reasons]
}

/** What the open period may still cost below the cap, or below a lower one that was asked for; null: no cap. */
export function leftBelowCapUsd(
  vault: VaultStanding,
  usage: readonly PeriodUsage[],
  { period }: Pick<GuardTerms, 'period'>,
): bigint | null {
  const cap = lowestCap(vault)
  return cap === null ? null : cap - spentUsd(vault, usage, period)
}

/** FLOW that neither settled nor was asked back; below 0 when the vault owes more than it has. */
const freeFlow = ({ balance, accrued, uncovered, pendingReturn }: VaultStanding): Flow =>
  flow(balance - accrued - uncovered - (pendingReturn?.amount ?? 0n))

/** What the vault can still pay at the chain's rate, its unsettled usage taken off; below 0 when it can't pay that. */
export function payableUsd(
  vault: VaultStanding,
  usage: readonly PeriodUsage[],
  { usdPerFlow }: Pick<GuardTerms, 'usdPerFlow'>,
): bigint {
  if (usdPerFlow === null) return -1n
  const worth = flowToUsd(freeFlow(vault), usdPerFlow)
  return worth + vault.creditUsd - usage.reduce((due, each) => due + dueUsd(vault, each), 0n)
}

/**
 * What a period's usage adds to what the vault was charged. Never below 0: a database that was restored knows less than
 * was charged, and a price that has really fallen comes back as credit when it settles.
 */
function dueUsd(vault: VaultStanding, { period, priceUsd, unsettledUsd }: PeriodUsage): bigint {
  const price = vault.capUsd !== null && vault.capUsd < priceUsd ? vault.capUsd : priceUsd
  if (vault.period === null || period > vault.period) return price
  if (period === vault.period) return price > vault.chargedUsd ? price - vault.chargedUsd : 0n
  // The report doesn't say what an earlier period was charged.
  return unsettledUsd
}

/** The cap, or a lower one that was asked for. */
function lowestCap({ capUsd, pendingCap }: VaultStanding): Usd | null {
  const pending = pendingCap?.limit ?? null
  if (capUsd === null || pending === null) return capUsd ?? pending
  return pending < capUsd ? pending : capUsd
}

/** What the open period has cost, as far as it is known here or on chain. */
function spentUsd(vault: VaultStanding, usage: readonly PeriodUsage[], period: Period): Usd {
  const metered = usage.find((each) => each.period === period)?.priceUsd ?? usd(0n)
  const charged = vault.period === period ? vault.chargedUsd : usd(0n)
  return charged > metered ? charged : metered
}
