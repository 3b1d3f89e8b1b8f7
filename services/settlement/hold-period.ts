import type { ServiceContext } from '#services/platform/context.ts'
import type { UnsettledPeriod } from './schemas.ts'
import { countRefusals, holdPeriod } from './store.ts'

/** After these nothing of the period can settle any more: its usage stays listed and is not billed. */
const FINAL_REASONS: ReadonlySet<string> = new Set(['period_closed', 'vault_closed', 'period_invalid', 'out_of_range'])

/** Whether what was refused for this reason is never tried again. */
export const isFinalReason = (reason: string): boolean => FINAL_REASONS.has(reason)

const FIRST_WAIT_MS = 5_000
const LAST_WAIT_MS = 3_600_000

/** Keeps a period from being planned again at once after a refusal: for a while that doubles, or for good. */
export async function holdAfterRefusal(ctx: ServiceContext, key: UnsettledPeriod, reason: string): Promise<void> {
  if (isFinalReason(reason)) {
    await holdPeriod(ctx.db, ctx.deploymentId, key, { closedReason: reason })
    return
  }
  const refusals = (await countRefusals(ctx.db, ctx.deploymentId, key)) + 1
  const waitMs = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(refusals - 1, 20))
  await holdPeriod(ctx.db, ctx.deploymentId, key, { refusals, planAfter: new Date(ctx.clock().getTime() + waitMs) })
}
