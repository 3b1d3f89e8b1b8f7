import { type Period, periodOf } from '#lib/period/period.ts'
import type { Schedule } from '#lib/pricing/schedule.ts'
import type { ServiceContext } from '#services/platform/context.ts'

type Chain = ServiceContext['chain']

/** Schedules by period, as long as the client that read them lives. */
const known = new WeakMap<Chain, Map<Period, Promise<Schedule>>>()

/**
 * The schedule that prices a period, as the chain keeps it. Once a period has begun its version is fixed, so it is
 * read once; one of the future may still change and is read each time.
 */
export async function getSchedule(ctx: ServiceContext, period: Period): Promise<Schedule> {
  if (period > periodOf(ctx.clock())) return readSchedule(ctx, period)
  const schedules = known.get(ctx.chain) ?? new Map<Period, Promise<Schedule>>()
  known.set(ctx.chain, schedules)
  const reading = schedules.get(period) ?? readSchedule(ctx, period)
  schedules.set(period, reading)
  try {
    return await reading
  } catch (error) {
    schedules.delete(period)
    throw error
  }
}

const readSchedule = (ctx: ServiceContext, period: Period): Promise<Schedule> =>
  ctx.chain.script('get_schedule', { period })
