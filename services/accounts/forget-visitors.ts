import { dayName } from '#lib/period/day-name.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { forgetAddresses } from './store.ts'

/** Forgets the network addresses, hashed as they are, of days that are over. */
export async function forgetVisitors(ctx: ServiceContext): Promise<void> {
  requireSystem(ctx.actor)
  await forgetAddresses(ctx.db, dayName(ctx.clock()))
}
