import { type Usd, usd } from '#lib/money/units.ts'
import { dayName } from '#lib/period/day-name.ts'
import { requireAccount } from '#services/auth/index.ts'
import { getRefillState } from '#services/payments/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { dayAfter } from './refill-day.ts'
import { findRefill } from './store.ts'

export interface AutoRefill {
  readonly threshold: Usd
  readonly cents: number
  /** `needs_method`: no payment method is saved. `waiting`: a payment is under way. `paused`: one failed. */
  readonly status: 'active' | 'needs_method' | 'waiting' | 'paused'
  readonly reason: string | null
  /** From when on the next may run: the start of a UTC day, today's if none ran today. */
  readonly nextAllowedAt: Date
}

/** The standing order of the account that asks, or null. */
export async function getAutoRefill(ctx: ServiceContext): Promise<AutoRefill | null> {
  const accountId = requireAccount(ctx.actor)
  const order = await findRefill(ctx.db, accountId)
  if (!order) return null
  const { hasMethod, last } = await getRefillState(ctx, { accountId })
  const today = dayName(ctx.clock())
  const ranToday = last !== null && dayName(last.createdAt) >= today
  const isUnderWay = last?.status === 'created' || last?.status === 'pending'
  const active = hasMethod ? (isUnderWay ? 'waiting' : 'active') : 'needs_method'
  return {
    threshold: usd(order.threshold),
    cents: order.cents,
    status: order.status === 'paused' ? 'paused' : active,
    reason: order.reason,
    nextAllowedAt: ranToday ? dayAfter(dayName(last.createdAt)) : new Date(today),
  }
}
