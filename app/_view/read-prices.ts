import { baseContext } from '#app/_http/container.ts'
import { type Period, periodOf } from '#lib/period/period.ts'
import type { Schedule } from '#lib/pricing/schedule.ts'
import { getSchedule } from '#services/pricing/index.ts'

export interface Prices {
  schedule: Schedule
  period: Period
}

/** The schedule that prices the open period, as the chain keeps it. */
export async function readPrices(): Promise<Prices> {
  const ctx = await baseContext()
  const period = periodOf(ctx.clock())
  return { schedule: await getSchedule(ctx, period), period }
}
