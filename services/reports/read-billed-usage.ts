import { billUsage } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type RatedRow, rateUsage, type UsageBucket, type UsageGroup } from '#services/rating/index.ts'
import { creditIds } from './scope.ts'

/** Rows of usage that one report may be made of. */
export const MOST_ROWS = 100_000

export interface UsageQuery {
  readonly accounts: readonly string[] | null
  readonly from: Date
  readonly to: Date
  readonly by: UsageGroup
  readonly every: UsageBucket
}

export interface BilledUsage {
  readonly rows: RatedRow[]
  readonly credits: Awaited<ReturnType<typeof billUsage>>
}

/** Usage in groups, and what credit accounts were billed for it. The caller has checked who may see the accounts. */
export async function readBilledUsage(ctx: ServiceContext, query: UsageQuery): Promise<BilledUsage> {
  const limited = { ...query, limit: MOST_ROWS }
  return {
    rows: await rateUsage(ctx, limited),
    credits: await billUsage(ctx, { ...limited, accountIds: creditIds(query.accounts) }),
  }
}
