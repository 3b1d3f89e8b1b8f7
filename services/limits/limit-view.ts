import { formatUsd, parseUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import { judgeLimit, type LimitMetric } from '#lib/limits/judge-limit.ts'
import { type LimitWindow, windowAt } from '#lib/limits/limit-window.ts'
import { AppError } from '#lib/errors/app-error.ts'
import { sumTaken } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getSchedule } from '#services/pricing/index.ts'
import type { LimitView } from './schemas.ts'
import { findKeys, type LimitRow } from './store.ts'
import { type LimitInWindow, measureLimits } from './usage/measure-limits.ts'

/** An amount on the wire in its metric's unit. Throws `invalid_amount` for 0. */
export function parseAmount(metric: LimitMetric, text: string): bigint {
  const amount = metric === 'usd' ? parseUsd(text) : /^\d{1,18}$/.test(text) ? BigInt(text) : 0n
  if (amount > 0n) return amount
  throw new AppError('invalid_amount', 'The amount is not valid. Give one above 0: a whole number, or USD like 12.50.')
}

export const showAmount = (metric: LimitMetric, amount: bigint): string =>
  metric === 'usd' ? formatUsd(usd(amount)) : amount.toString()

/** How much of each is used, in the order given. */
export async function measureAll(ctx: ServiceContext, places: readonly LimitInWindow[]): Promise<bigint[]> {
  const keyIds = places.flatMap(({ limit }) => (limit.scope === 'key' ? [limit.value] : []))
  const keys = await findKeys(ctx.db, ctx.deploymentId, [...new Set(keyIds)])
  const keyHashes = new Map(keys.flatMap(({ id, keyHash }) => (keyHash === null ? [] : [[id, keyHash]])))
  const { deploymentId } = ctx
  return measureLimits(
    ctx.db,
    {
      deploymentId,
      keyHashes,
      scheduleOf: (period) => getSchedule(ctx, period),
      sumTaken: (query) => sumTaken(ctx, query),
    },
    places,
  )
}

const HIGHEST_PERCENT = 1_000_000n

function toLimitView(limit: LimitRow, window: LimitWindow, used: bigint): LimitView {
  const { percent, blocked } = judgeLimit(limit, used)
  return {
    id: limit.id,
    account: limit.account,
    scope: limit.scope,
    value: limit.value,
    metric: limit.metric,
    per: limit.per,
    kind: limit.kind,
    amount: showAmount(limit.metric, limit.amount),
    used: showAmount(limit.metric, used),
    percent: Number(percent < HIGHEST_PERCENT ? percent : HIGHEST_PERCENT),
    blocked,
    resetsAt: window.to?.toISOString() ?? null,
    createdAt: limit.createdAt.toISOString(),
  }
}

/** Limits with what is used of them now. */
export async function viewLimits(ctx: ServiceContext, rows: readonly LimitRow[]): Promise<LimitView[]> {
  const now = ctx.clock()
  const places = rows.map((limit) => ({ limit, window: windowAt(limit.per, now) }))
  const used = await measureAll(ctx, places)
  return places.map(({ limit, window }, i) => toLimitView(limit, window, used[i] ?? 0n))
}

export async function viewLimit(ctx: ServiceContext, row: LimitRow): Promise<LimitView> {
  const [view] = await viewLimits(ctx, [row])
  if (view) return view
  throw new AppError('internal', 'The limit could not be read. Try again.')
}
