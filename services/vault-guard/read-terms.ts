import type { GuardTerms } from '#lib/keys/judge-vault.ts'
import { unseenTokens } from '#lib/keys/key-floor.ts'
import type { Usd } from '#lib/money/units.ts'
import { periodOf } from '#lib/period/period.ts'
import type { Schedule } from '#lib/pricing/schedule.ts'
import { worstPrice } from '#lib/pricing/worst-price.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getSchedule } from '#services/pricing/index.ts'

/** What vaults are judged by now: the chain's rate and delay, and the floor. */
export async function readTerms(ctx: ServiceContext): Promise<GuardTerms> {
  const now = ctx.clock()
  const period = periodOf(now)
  const [{ rate, settleDelaySeconds }, schedule] = await Promise.all([
    ctx.chain.script('get_settings', {}),
    getSchedule(ctx, period),
  ])
  return {
    now,
    period,
    usdPerFlow: rate?.usdPerFlow ?? null,
    floorUsd: floorOf(ctx, schedule),
    settleDelayMs: settleDelaySeconds * 1_000,
  }
}

const floorOf = ({ env }: ServiceContext, schedule: Schedule): Usd =>
  worstPrice(schedule, unseenTokens(env.keys, env.guard.lagMs))

/** What a vault must be able to pay for its key to work: all that the key can use before a block reaches it. */
export const getKeyFloor = async (ctx: ServiceContext): Promise<Usd> =>
  floorOf(ctx, await getSchedule(ctx, periodOf(ctx.clock())))
