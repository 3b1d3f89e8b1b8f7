import { AppError } from '#lib/errors/app-error.ts'
import { parseLitellmCost } from '#lib/metering/litellm-cost.ts'
import { lowerCaseAscii } from '#lib/metering/model-name.ts'
import { formatDecimal } from '#lib/money/decimal.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { SpendLog } from '#services/clients/litellm/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type LiteLLMUsage, startOf, type UsageWindow, WINDOWS } from './schemas.ts'
import { listVaultsOfEndUser, listVaultsOfWallet, sumByModel } from './store.ts'

const VAULT = /^vault:(\d{1,19})$/
const WALLET = /^0x[0-9a-f]{16}$/
const COST_PLACES = 12
const SKEW_MS = 60_000
const READ_AT_ONCE_MS = 6 * 3_600_000
const MOST_PAGES = 1_000

interface Tally {
  readonly models: Map<string, bigint>
  calls: bigint
  cost: bigint
}

function toUsage({ models, calls, cost }: Tally, source: LiteLLMUsage['source']): LiteLLMUsage {
  const billed = [...models]
    .filter(([, tokens]) => tokens > 0n)
    .toSorted(([, a], [, b]) => (a < b ? 1 : a > b ? -1 : 0))
  return {
    totalTokens: billed.reduce((sum, [, tokens]) => sum + tokens, 0n),
    apiCalls: calls,
    models: Object.fromEntries(billed),
    totalCost: formatDecimal(cost, COST_PLACES),
    source,
  }
}

/** Who is meant: a vault (`vault:7`), the wallet that made keys (`0x…`), or an end user's label. */
async function scopeOf(ctx: ServiceContext, userId: string): Promise<{ vaultIds: bigint[]; endUser: string | null }> {
  const vault = VAULT.exec(userId)?.[1]
  if (vault !== undefined) return { vaultIds: [BigInt(vault)], endUser: null }
  if (WALLET.test(userId)) {
    return { vaultIds: await listVaultsOfWallet(ctx.db, ctx.deploymentId, userId), endUser: null }
  }
  return { vaultIds: await listVaultsOfEndUser(ctx.db, ctx.deploymentId, userId), endUser: userId }
}

/**
 * What somebody used within a window, from our own books; for somebody who is in none of them, from LiteLLM's, by
 * LiteLLM's id of the user. It is for looking at: what is billed is decided by the key of each call alone.
 */
export async function fetchUsage(ctx: ServiceContext, userId: string, window: UsageWindow): Promise<LiteLLMUsage> {
  requireSystem(ctx.actor)
  if (!(window in WINDOWS)) {
    throw new AppError('invalid_request', `The window is one of ${Object.keys(WINDOWS).join(', ')}.`)
  }
  const from = startOf(window, ctx.clock())
  const { vaultIds, endUser } = await scopeOf(ctx, userId)
  const isOurs = vaultIds.length > 0 || endUser === null
  if (!isOurs) return readLitellm(ctx, userId, from)
  const sums = await sumByModel(ctx.db, { deploymentId: ctx.deploymentId, vaultIds, endUser, from })
  const tally: Tally = { models: new Map(), calls: 0n, cost: 0n }
  for (const { model, tokens, calls, cost } of sums) {
    tally.models.set(model, tokens)
    tally.calls += calls
    tally.cost += cost
  }
  return toUsage(tally, 'flareflow')
}

/** LiteLLM's rows of one of its users, in windows that its pages can hold. A row that can't be read is left out. */
async function readLitellm(ctx: ServiceContext, userId: string, start: Date): Promise<LiteLLMUsage> {
  const end = ctx.clock().getTime() + SKEW_MS
  const seen = new Set<string>()
  const tally: Tally = { models: new Map(), calls: 0n, cost: 0n }
  for (let from = start.getTime(); from < end; from += READ_AT_ONCE_MS) {
    const window = { from: new Date(from), to: new Date(Math.min(from + READ_AT_ONCE_MS, end)), userId }
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const { logs, totalPages } = await ctx.litellm.spendLogs({ ...window, page })
      // The ends of windows are rounded outwards: a row may come twice.
      for (const log of logs) if (!seen.has(log.requestId)) count(tally, log, start)
      for (const { requestId } of logs) seen.add(requestId)
      if (page >= totalPages || logs.length === 0) break
    }
  }
  return toUsage(tally, 'litellm')
}

function count(tally: Tally, log: SpendLog, start: Date): void {
  if (log.startedAt < start) return
  tally.calls += 1n
  if (log.status === 'failure' || log.cacheHit) return
  const model = lowerCaseAscii(log.model ?? 'unknown')
  const tokens = (log.inputTokens ?? 0n) + (log.outputTokens ?? 0n)
  tally.models.set(model, (tally.models.get(model) ?? 0n) + tokens)
  tally.cost += (log.costUsd === null ? null : parseLitellmCost(log.costUsd)) ?? 0n
}
