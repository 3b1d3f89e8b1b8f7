import { type Usd, usd } from '#lib/money/units.ts'
import { periodOf } from '#lib/period/period.ts'
import { priceUsage } from '#lib/pricing/price-usage.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getSchedule } from '#services/pricing/index.ts'
import { readStanding } from './store.ts'

interface Added {
  readonly vaultId: bigint
  readonly model: string
  readonly tokens: bigint
  readonly startedAt: Date
  /** The request's event: whether it is among what is metered already. */
  readonly eventId: string
}

/**
 * What a request adds to the price of its period, as that stands now: later requests may move the period into
 * another tier, which changes the price of all. Where the request does so itself and all becomes cheaper, 0.
 */
export async function priceAdded(ctx: ServiceContext, added: Added): Promise<Usd> {
  requireSystem(ctx.actor)
  const { vaultId, model, tokens, startedAt, eventId } = added
  const period = periodOf(startedAt)
  const [schedule, { used, metered }] = await Promise.all([
    getSchedule(ctx, period),
    readStanding(ctx.db, ctx.deploymentId, { vaultIds: [vaultId], ids: [eventId], from: period }),
  ])
  const known = new Map(
    (used ?? []).filter((row) => row.period === period).map((row) => [row.model, BigInt(row.tokens)]),
  )
  const isAmong = metered?.includes(eventId) ?? false
  const more = (by: bigint): Usd => priceUsage(schedule, new Map(known).set(model, (known.get(model) ?? 0n) + by)).usd
  const difference = isAmong ? more(0n) - more(-tokens) : more(tokens) - more(0n)
  return usd(difference > 0n ? difference : 0n)
}
