import { periodOf } from '#lib/period/period.ts'
import { parseFlow, parseUsd } from '#lib/money/decimal.ts'
import { type Flow, flow, type Usd, usd } from '#lib/money/units.ts'
import type { ModelUsage, RecentRequest, VaultReport, VaultView } from '#hooks/api-types.ts'
import type { Tone } from '#components/ui/status.tsx'

export interface VaultFigures {
  balance: Flow
  /** What the owner can still use: the balance without what the provider may already take. */
  left: Flow
  /** Accrued, and what the balance couldn't cover. */
  owed: Flow
  uncovered: Flow
  /** Pays usage before any FLOW does; lapses when the vault is closed. */
  credit: Usd
}

export function figuresOf(vault: VaultReport): VaultFigures {
  const balance = parseFlow(vault.balance)
  const accrued = parseFlow(vault.accrued)
  const uncovered = parseFlow(vault.uncovered)
  return {
    balance,
    left: flow(balance - accrued),
    owed: flow(accrued + uncovered),
    uncovered,
    credit: parseUsd(vault.creditUsd),
  }
}

/** Whether its owner has to accept the vault first. Of one that is closed there may be nothing left to accept. */
export const awaitsClaim = ({ vault, claimed }: Pick<VaultView, 'vault' | 'claimed'>): boolean =>
  !claimed && vault.status !== 'closed'

/** Status of a vault in one word, as the customer needs it. */
export function vaultStatus(vault: VaultReport): { tone: Tone; word: string } {
  const { left, uncovered } = figuresOf(vault)
  if (vault.status === 'closed') return { tone: 'neutral', word: 'Closed' }
  if (vault.status === 'closing') return { tone: 'neutral', word: 'Closing' }
  // A pause that was asked for blocks the key at once.
  if (vault.pausedFrom || vault.status === 'paused') return { tone: 'paused', word: 'Paused' }
  if (uncovered > 0n || left === 0n) return { tone: 'bad', word: 'Out of funds' }
  return { tone: 'ok', word: 'Active' }
}

/** Tokens that count: both directions as the model reports them; failed calls and cache hits are 0. */
function billableTokens(request: RecentRequest): bigint {
  if (request.status !== 'success' || request.cacheHit) return 0n
  return BigInt(request.inputTokens ?? '0') + BigInt(request.outputTokens ?? '0')
}

/**
 * A request's part of its model's cost so far. Volume prices move until the period ends, so this is
 * a figure at today's tier and is shown with ≈. Null for a request of a month before, which has a bill of its own.
 */
export function estimateUsd(
  request: RecentRequest,
  { period, models }: { period: number; models: readonly ModelUsage[] },
): Usd | null {
  if (periodOf(new Date(request.startedAt)) !== period) return null
  const usage = models.find(({ model }) => model === request.model)
  const total = BigInt(usage?.tokens ?? '0')
  if (!usage || total === 0n) return usd(0n)
  return usd((parseUsd(usage.usd) * billableTokens(request)) / total)
}

/** What a vault is called: the name that the customer gave it, or its number. */
export const vaultName = (vault: VaultReport): string => vault.serviceName.trim() || `Vault ${vault.id}`
